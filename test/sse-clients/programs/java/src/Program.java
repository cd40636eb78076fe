/** What these programs have in common. */
final class Program {
  static final String ADDRESS = System.getenv("STREAM_URL");
  static final String AUTHORIZATION = "Bearer " + System.getenv("TOKEN");

  private Program() {}

  /** Prints an event as a line of JSON. The data is JSON by itself, and is passed on as it is. */
  static synchronized void tell(String event, String data, String id) {
    System.out.printf(
        "{\"event\":\"%s\",\"json\":%s,\"id\":\"%s\"}%n", event, data, id == null ? "" : id);
    System.out.flush();
  }
}
