import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.ErrorStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.FaultEvent;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.eventsource.StreamHttpErrorException;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** okhttp-eventsource reconnects by itself after any failure, a 401 too, unless it is told to stop. */
public final class LaunchDarkly {
  public static void main(String[] arguments) throws Exception {
    var connect =
        ConnectStrategy.http(URI.create(Program.ADDRESS))
            .header("Authorization", Program.AUTHORIZATION)
            // Not the 5 s that are its default.
            .readTimeout(45, TimeUnit.SECONDS);
    try (var source =
        new EventSource.Builder(connect).errorStrategy(ErrorStrategy.alwaysContinue()).build()) {
      for (var event : source.anyEvents()) {
        if (event instanceof MessageEvent message)
          Program.tell(message.getEventName(), message.getData(), message.getLastEventId());
        else if (event instanceof FaultEvent fault
            && fault.getCause() instanceof StreamHttpErrorException refused
            && refused.getCode() == 401) break;
      }
    }
    System.exit(0);
  }
}
