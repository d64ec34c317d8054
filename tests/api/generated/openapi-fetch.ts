// The journeys by openapi-fetch with the types that openapi-typescript has generated: run by test_generated_clients.py.
import * as assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "./schema";

const [base, token, pesel, until] = process.argv.slice(2);
const portal = createClient<paths>({ baseUrl: base, headers: { Authorization: `Bearer ${token}` } });

async function asStudent(): Promise<void> {
  assert.equal((await portal.GET("/api/v1/me/eligibility")).data?.may_order, true);
  assert.equal((await portal.GET("/api/v1/me/cards")).data?.length, 1);
  const header = { "Idempotency-Key": "one" };
  const made = await portal.POST("/api/v1/me/orders", { params: { header } });
  const params = { path: { order_id: made.data?.id ?? "" } };
  assert.equal(made.response.headers.get("Location"), `/api/v1/me/orders/${params.path.order_id}`);
  assert.equal((await portal.POST("/api/v1/me/orders", { params: { header } })).data?.id, made.data?.id);
  const refused = await portal.POST("/api/v1/me/orders");
  assert.equal(refused.error?.code, "already_ordered");
  assert.equal(refused.error?.order, made.data?.id);
  while ((await portal.GET("/api/v1/me/orders/{order_id}", { params })).data?.status !== "ready") {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const told = await portal.GET("/api/v1/me/orders/{order_id}/codes", { params });
  const shown = await portal.GET("/api/v1/me/orders/{order_id}", { params });
  const match = { ...params, header: { "If-Match": shown.response.headers.get("ETag") ?? "" } };
  const revoke = () => portal.POST("/api/v1/me/orders/{order_id}/revoke", { params: match });
  assert.equal((await revoke()).data?.status, "revoking");
  assert.equal((await revoke()).error?.code, "precondition_failed");
  const next = await portal.POST("/api/v1/me/orders/{order_id}/order-next", { params });
  assert.equal(next.data?.order_again, true);
  const none = await portal.POST("/api/v1/me/orders/{order_id}/withdraw-next", { params });
  assert.equal(none.data?.order_again, false);
  const page = await portal.GET("/api/v1/me/orders", { params: { query: { limit: 10 } } });
  assert.deepEqual(page.data?.items.map((each) => each.id), [made.data?.id]);
  console.log(told.data?.activation_code);
}

async function asStaff(): Promise<void> {
  const [found] = (await portal.POST("/api/v1/students/search", { body: { pesel } })).data ?? [];
  const query = { q: found.album_number ?? "" };
  const listed = await portal.GET("/api/v1/students", { params: { query } });
  assert.deepEqual(listed.data?.items.map((each) => each.id), [found.id]);
  const path = { student_id: found.id };
  const one = await portal.GET("/api/v1/students/{student_id}", { params: { path } });
  assert.ok(one.data?.eligibility.conditions.length);
  const cards = await portal.GET("/api/v1/cards", { params: { query: { student: found.id, in_use: true } } });
  const card = { params: { path: { card_id: cards.data?.items[0].id ?? 0 } }, body: { until } };
  assert.equal((await portal.POST("/api/v1/cards/{card_id}/extend", card)).data?.valid_until, until);
  assert.equal((await portal.POST("/api/v1/cards/{card_id}/extend", card)).error?.obstacle, "not_later");
  const placed = await portal.GET("/api/v1/orders", { params: { query: { student: found.id } } });
  const order = { params: { path: { order_id: placed.data?.items[0].id ?? "" } } };
  assert.deepEqual((await portal.GET("/api/v1/orders/{order_id}", order)).data?.events, []);
  const reason = { ...order, body: { reason: "issued_in_error" as const } };
  assert.equal((await portal.POST("/api/v1/orders/{order_id}/revoke", reason)).data?.status, "revoking");
  assert.deepEqual((await portal.GET("/api/v1/jobs")).data?.items, []);
  console.log("done");
}

(pesel ? asStaff() : asStudent()).catch((error) => {
  console.error(error);
  process.exit(1);
});
