<?php
// The PECL extension `oauth` at work: run by test_other_languages.py.
[, $base, $key, $secret] = $argv;
$client = new OAuth($key, $secret, OAUTH_SIG_METHOD_HMACSHA1, OAUTH_AUTH_TYPE_AUTHORIZATION);
$client->disableRedirects();
$scopes = rawurlencode("cards|offline_access");
$asked = $client->getRequestToken("{$base}services/oauth/request_token?scopes=$scopes", "oob");
echo json_encode(["address" => "{$base}services/oauth/authorize?oauth_token={$asked['oauth_token']}"]), "\n";
$client->setToken($asked["oauth_token"], $asked["oauth_token_secret"]);
$given = $client->getAccessToken("{$base}services/oauth/access_token", null, trim(fgets(STDIN)));
$client->setToken($given["oauth_token"], $given["oauth_token_secret"]);

function call(OAuth $client, string $address, array $parameters = [], string $method = OAUTH_HTTP_METHOD_GET): mixed
{
    $client->fetch($address, $parameters, $method);
    return json_decode($client->getLastResponse(), false, 512, JSON_THROW_ON_ERROR);
}

$user = call($client, "{$base}services/users/user", ["fields" => "id|first_name|email|photo_urls"]);
$made = call($client, "{$base}services/cards/make_mcard_order", [], OAUTH_HTTP_METHOD_POST);
$card = call($client, "{$base}services/cards/mcard", ["fields" => "orders[status]"], OAUTH_HTTP_METHOD_POST);
try {
    call($client, "{$base}services/cards/nothing");
} catch (OAuthException $refused) {
    $message = json_decode($refused->lastResponse, false, 512, JSON_THROW_ON_ERROR)->message;
}
echo json_encode(["user" => $user, "made" => $made, "card" => $card, "refused" => $message]), "\n";
