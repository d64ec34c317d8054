// The client `oauth` (node-oauth) as its README sets it up, version "1.0A" included: run by test_other_languages.py.
const readline = require("node:readline");
const { OAuth } = require("oauth");

const [base, key, secret] = process.argv.slice(2);
const scopes = encodeURIComponent("cards|offline_access");
const client = new OAuth(
  `${base}services/oauth/request_token?scopes=${scopes}`,
  `${base}services/oauth/access_token`,
  key,
  secret,
  "1.0A",
  "oob",
  "HMAC-SHA1",
);
const tell = (what) => console.log(JSON.stringify(what));
const fail = (error) => {
  console.error(JSON.stringify(error));
  process.exit(1);
};

client.getOAuthRequestToken((error, token, tokenSecret) => {
  if (error) fail(error);
  tell({ address: `${base}services/oauth/authorize?oauth_token=${token}` });
  readline.createInterface({ input: process.stdin }).once("line", (pin) => {
    client.getOAuthAccessToken(token, tokenSecret, pin.trim(), (refused, access, accessSecret) => {
      if (refused) fail(refused);
      const call = (method, fields, then) =>
        client.get(`${base}services/${method}${fields}`, access, accessSecret, then);
      call("users/user", "?fields=id|first_name|email|photo_urls", (noUser, user) => {
        if (noUser) fail(noUser);
        client.post(`${base}services/cards/make_mcard_order`, access, accessSecret, {}, (noOrder, made) => {
          if (noOrder) fail(noOrder);
          call("cards/mcard", "?fields=orders[status]", (noCard, card) => {
            if (noCard) fail(noCard);
            call("cards/nothing", "", (unknown) => {
              const { message } = JSON.parse(unknown.data);
              tell({ user: JSON.parse(user), made: JSON.parse(made), card: JSON.parse(card), refused: message });
              process.exit(0);
            });
          });
        });
      });
    });
  });
});
