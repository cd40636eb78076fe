import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.AccountsApi;
import org.openapitools.client.api.EventsApi;
import org.openapitools.client.api.MessagesApi;
import org.openapitools.client.api.PeopleApi;
import org.openapitools.client.model.*;

/** Talks to the server with what openapi-generator makes for Java. */
public class Program {
  static final String url = System.getenv("OBROL_URL");
  static final ObjectMapper json = client(null).getObjectMapper();

  interface Call {
    void run() throws ApiException;
  }

  static ApiClient client(String token) {
    ApiClient client = new ApiClient();
    client.updateBaseUri(url);
    if (token != null)
      client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
    return client;
  }

  static ApiClient one(String username, String password) throws ApiException {
    NewAccount account = new NewAccount().username(username).password(password);
    return client(new AccountsApi(client(null)).register(account).getToken());
  }

  static void same(Object found, Object wanted) {
    if (!Objects.equals(found, wanted)) throw new AssertionError(found + ", not " + wanted);
  }

  static void refused(Call call, int status, ProblemType type) throws Exception {
    try {
      call.run();
    } catch (ApiException error) {
      same(error.getCode(), status);
      same(json.readValue(error.getResponseBody(), Problem.class).getType(), type);
      return;
    }
    throw new AssertionError("it was not refused");
  }

  public static void main(String[] arguments) throws Exception {
    ApiClient ann = one("ann", "tall-ships");
    ApiClient bob = one("bob", "red-lantern");
    MessagesApi messages = new MessagesApi(ann);
    same(new AccountsApi(ann).getMe().getUser().getUsername(), "ann");

    NewBroadcast hello = new NewBroadcast().text("Hello");
    Message first = messages.sendBroadcast(hello, "one");
    same(first.getKind(), Message.KindEnum.BROADCAST);
    same(first.getTo(), null);
    same(messages.sendBroadcast(hello, "one"), first);
    NewDirect psst =
        new NewDirect().to("ann").text("Psst").whenOffline(NewDirect.WhenOfflineEnum.KEEP);
    Message second = new MessagesApi(bob).sendDirect(psst, null);
    same(second.getKind(), Message.KindEnum.DIRECT);
    same(second.getTo(), "ann");

    MessagePage page = messages.listMessages(0L, null, 1, null);
    same(page.getMessages(), List.of(first));
    same(page.getMore(), true);
    page = messages.listMessages(first.getId(), null, 1, null);
    same(page.getMessages(), List.of(second));
    same(page.getMore(), false);
    same(messages.getMessage(second.getId()), second);

    refused(() -> messages.getMessage(4711L), 404, ProblemType._PROBLEMS_NOT_FOUND);
    NewDirect lost = new NewDirect().to("nobody").text("?");
    refused(() -> messages.sendDirect(lost, null), 404, ProblemType._PROBLEMS_UNKNOWN_RECIPIENT);

    // The generated call waits for the stream's end, so this one is made by hand.
    String token = new EventsApi(ann).createStreamToken().getToken();
    URI at = URI.create(url + "/v1/events?lastEventId=1&token=" + token);
    HttpResponse<java.util.stream.Stream<String>> stream =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(at).build(), HttpResponse.BodyHandlers.ofLines());
    same(stream.statusCode(), 200);
    String event = "";
    for (String line : (Iterable<String>) stream.body()::iterator) {
      if (line.startsWith("event: ")) event = line.substring(7);
      if (!line.startsWith("data: ")) continue;
      String data = line.substring(6);
      if (event.equals("message")) same(json.readValue(data, Message.class), second);
      if (event.equals("ready")) {
        same(json.readValue(data, Ready.class).getOnline(), List.of("ann"));
        same(new PeopleApi(bob).listOnlineUsers(null, null).getCount(), 1);
        break;
      }
    }

    new AccountsApi(ann).logout();
    refused(() -> new AccountsApi(ann).getMe(), 401, ProblemType._PROBLEMS_UNAUTHORIZED);
    System.out.println("the stream without the client");
    System.exit(0);
  }
}
