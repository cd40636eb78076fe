import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;

/** okhttp-sse reads one stream; to come back is up to the loop. */
public final class OkHttpSse {
  private static volatile String cursor;

  public static void main(String[] arguments) throws Exception {
    // Not the 10 s that are OkHttp's default.
    var client = new OkHttpClient.Builder().readTimeout(Duration.ofSeconds(45)).build();
    var factory = EventSources.createFactory(client);
    int status;
    do {
      var request =
          new Request.Builder()
              .url(Program.ADDRESS)
              .header("Authorization", Program.AUTHORIZATION);
      if (cursor != null) request.header("Last-Event-ID", cursor);
      var ended = new CompletableFuture<Integer>();
      factory.newEventSource(
          request.build(),
          new EventSourceListener() {
            @Override
            public void onEvent(EventSource source, String id, String type, String data) {
              if (id != null) cursor = id;
              Program.tell(type, data, id);
            }

            @Override
            public void onClosed(EventSource source) {
              ended.complete(0);
            }

            @Override
            public void onFailure(EventSource source, Throwable failure, Response response) {
              ended.complete(response == null ? 0 : response.code());
            }
          });
      status = ended.get();
      Thread.sleep(1_000);
    } while (status != 401);
    System.exit(0);
  }
}
