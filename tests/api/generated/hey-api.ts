// The journeys by a client that @hey-api/openapi-ts has generated: run by test_generated_clients.py.
import * as assert from "node:assert/strict";
import { client } from "./client/client.gen";
import * as portal from "./client";

const [base, token, pesel, until] = process.argv.slice(2);
client.setConfig({ baseUrl: base, auth: () => token });

async function asStudent(): Promise<void> {
  assert.equal((await portal.myEligibility()).data?.may_order, true);
  assert.equal((await portal.myCards()).data?.length, 1);
  const made = await portal.order({ headers: { "Idempotency-Key": "one" } });
  assert.ok(made.data);
  const path = { order_id: made.data.id };
  assert.equal(made.response?.headers.get("Location"), `/api/v1/me/orders/${path.order_id}`);
  const again = await portal.order({ headers: { "Idempotency-Key": "one" } });
  assert.equal(again.data?.id, path.order_id);
  const refused = await portal.order();
  assert.equal(refused.error?.code, "already_ordered");
  assert.equal(refused.error?.order, path.order_id);
  while ((await portal.myOrder({ path })).data?.status !== "ready") {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const told = await portal.codes({ path });
  const shown = await portal.myOrder({ path });
  const headers = { "If-Match": shown.response?.headers.get("ETag") ?? "" };
  assert.equal((await portal.revoke({ path, headers })).data?.status, "revoking");
  assert.equal((await portal.revoke({ path, headers })).error?.code, "precondition_failed");
  assert.equal((await portal.orderNext({ path })).data?.order_again, true);
  assert.equal((await portal.withdrawNext({ path })).data?.order_again, false);
  const page = await portal.myOrders({ query: { limit: 10 } });
  assert.deepEqual(page.data?.items.map((each) => each.id), [path.order_id]);
  console.log(told.data?.activation_code);
}

async function asStaff(): Promise<void> {
  const [found] = (await portal.findStudent({ body: { pesel } })).data ?? [];
  const listed = await portal.students({ query: { q: found.album_number ?? "" } });
  assert.deepEqual(listed.data?.items.map((each) => each.id), [found.id]);
  const path = { student_id: found.id };
  assert.ok((await portal.student({ path })).data?.eligibility.conditions.length);
  const cards = await portal.cards({ query: { student: found.id, in_use: true } });
  const card_id = cards.data?.items[0].id ?? 0;
  const extended = await portal.extendCard({ path: { card_id }, body: { until } });
  assert.equal(extended.data?.valid_until, until);
  const refused = await portal.extendCard({ path: { card_id }, body: { until } });
  assert.equal(refused.error?.obstacle, "not_later");
  const placed = (await portal.orders({ query: { student: found.id } })).data?.items[0];
  const order_id = placed?.id ?? "";
  assert.deepEqual((await portal.oneOrder({ path: { order_id } })).data?.events, []);
  const revoked = await portal.revokeOrder({ path: { order_id }, body: { reason: "issued_in_error" } });
  assert.equal(revoked.data?.status, "revoking");
  assert.deepEqual((await portal.jobs()).data?.items, []);
  console.log("done");
}

(pesel ? asStaff() : asStudent()).catch((error) => {
  console.error(error);
  process.exit(1);
});
