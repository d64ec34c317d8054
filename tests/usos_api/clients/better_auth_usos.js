// What better-auth-usos sends, which its registry does not have any more: the same calls by the library under it,
// `oauth-1.0a`, with every parameter in the query and the header at once. Run by test_other_languages.py.
const readline = require("node:readline");
const crypto = require("crypto-js");
const OAuth = require("oauth-1.0a");

const [base, key, secret] = process.argv.slice(2);
const client = new OAuth({
  consumer: { key, secret },
  signature_method: "HMAC-SHA1",
  hash_function: (text, by) => crypto.HmacSHA1(text, by).toString(crypto.enc.Base64),
});
const FIELDS = "id|first_name|last_name|student_number|email|photo_urls";

async function call(path, method, data, token) {
  const url = `${base}services/${path}`;
  const signed = client.authorize({ url, method, data }, token);
  const query = new URLSearchParams(Object.entries(signed));
  if (data.fields) query.append("fields", data.fields);
  const answer = await fetch(`${url}?${query}`, { method, headers: client.toHeader(signed) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.text();
}

async function main() {
  const scopes = "studies|offline_access";
  const asked = new URLSearchParams(
    await call("oauth/request_token", "POST", { oauth_callback: "oob", scopes }),
  );
  const key_ = asked.get("oauth_token");
  console.log(JSON.stringify({ address: `${base}services/oauth/authorize?oauth_token=${key_}` }));
  const lines = readline.createInterface({ input: process.stdin });
  const pin = await new Promise((resolve) => lines.once("line", resolve));
  const given = new URLSearchParams(
    await call(
      "oauth/access_token",
      "POST",
      { oauth_token: key_, oauth_verifier: pin.trim() },
      { key: key_, secret: asked.get("oauth_token_secret") },
    ),
  );
  const token = { key: given.get("oauth_token"), secret: given.get("oauth_token_secret") };
  const user = JSON.parse(await call("users/user", "GET", { fields: FIELDS }, token));
  console.log(JSON.stringify({ user }));
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
