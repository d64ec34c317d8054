import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URL;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import oauth.signpost.OAuthConsumer;
import oauth.signpost.OAuthProvider;
import oauth.signpost.basic.DefaultOAuthConsumer;
import oauth.signpost.basic.DefaultOAuthProvider;

/** The Java library `signpost` at work: run by test_other_languages.py. */
public class Client {
    public static void main(String[] arguments) throws Exception {
        String base = arguments[0];
        OAuthConsumer consumer = new DefaultOAuthConsumer(arguments[1], arguments[2]);
        String scopes = URLEncoder.encode("cards|offline_access", StandardCharsets.UTF_8);
        OAuthProvider provider = new DefaultOAuthProvider(
            base + "services/oauth/request_token?scopes=" + scopes,
            base + "services/oauth/access_token",
            base + "services/oauth/authorize");
        System.out.println("{\"address\": \"" + provider.retrieveRequestToken(consumer, "oob") + "\"}");
        String pin = new BufferedReader(new InputStreamReader(System.in)).readLine();
        provider.retrieveAccessToken(consumer, pin.trim());
        String fields = URLEncoder.encode("id|first_name|email|photo_urls", StandardCharsets.UTF_8);
        String user = call(consumer, "GET", base + "services/users/user?fields=" + fields);
        String made = call(consumer, "POST", base + "services/cards/make_mcard_order");
        String selected = URLEncoder.encode("orders[status]", StandardCharsets.UTF_8);
        String card = call(consumer, "GET", base + "services/cards/mcard?fields=" + selected);
        String refused = call(consumer, "GET", base + "services/cards/nothing");
        System.out.println(
            "{\"user\": " + user + ", \"made\": " + made + ", \"card\": " + card + ", \"answer\": " + refused + "}");
    }

    private static String call(OAuthConsumer consumer, String method, String address) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) new URL(address).openConnection();
        connection.setRequestMethod(method);
        consumer.sign(connection);
        boolean good = connection.getResponseCode() == 200;
        var stream = good ? connection.getInputStream() : connection.getErrorStream();
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
}
