# The gem `oauth` at work: run by test_other_languages.py.
require "json"
require "oauth"

base, key, secret = ARGV
$stdout.sync = true
consumer = OAuth::Consumer.new(
  key, secret,
  site: base.chomp("/"),
  request_token_path: "/services/oauth/request_token",
  authorize_path: "/services/oauth/authorize",
  access_token_path: "/services/oauth/access_token"
)
request_token = consumer.get_request_token({ oauth_callback: "oob" }, scopes: "cards|offline_access")
puts JSON.generate(address: request_token.authorize_url)
access = request_token.get_access_token(oauth_verifier: $stdin.gets.strip)
user = JSON.parse(access.get("/services/users/user?fields=id%7Cfirst_name%7Cemail%7Cphoto_urls").body)
made = JSON.parse(access.post("/services/cards/make_mcard_order").body)
card = JSON.parse(access.post("/services/cards/mcard", fields: "orders[status]").body)
refused = access.get("/services/cards/nothing").body
# What is not ASCII cannot be joined with the program's own text: a body comes as bytes.
complaint = "Odmowa, żądanie nieznane: " + refused
puts JSON.generate(user: user, made: made, card: card, refused: JSON.parse(complaint[/{.*/m])["message"])
