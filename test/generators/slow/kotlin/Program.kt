import java.net.URI
import org.openapitools.client.apis.AccountsApi
import org.openapitools.client.apis.EventsApi
import org.openapitools.client.apis.MessagesApi
import org.openapitools.client.apis.PeopleApi
import org.openapitools.client.infrastructure.ApiClient
import org.openapitools.client.infrastructure.ClientException
import org.openapitools.client.infrastructure.Serializer
import org.openapitools.client.models.*

/** Talks to the server with what openapi-generator makes for Kotlin. */
val url: String = System.getenv("OBROL_URL")

fun <T : ApiClient> T.of(token: String): T = apply { accessTokenProvider = { token } }

fun one(username: String, password: String) =
    AccountsApi(url).register(NewAccount(username, password)).token

fun refused(call: () -> Unit): Int =
    try {
        call()
        0
    } catch (error: ClientException) {
        error.statusCode
    }

fun main() {
    val ann = one("ann", "tall-ships")
    val bob = one("bob", "red-lantern")
    val messages = MessagesApi(url).of(ann)
    check(AccountsApi(url).of(ann).getMe().user.username == "ann")

    val first = messages.sendBroadcast(NewBroadcast("Hello"), "one")
    check(first.kind == Message.Kind.broadcast && first.to == null)
    check(messages.sendBroadcast(NewBroadcast("Hello"), "one") == first)
    val psst = NewDirect("ann", "Psst", NewDirect.WhenOffline.keep)
    val second = MessagesApi(url).of(bob).sendDirect(psst)
    check(second.kind == Message.Kind.direct && second.to == "ann")

    var page = messages.listMessages(after = 0, limit = 1)
    check(page.messages == listOf(first) && page.more)
    page = messages.listMessages(after = first.id, limit = 1)
    check(page.messages == listOf(second) && !page.more)
    check(messages.getMessage(second.id) == second)
    check(refused { messages.getMessage(4711) } == 404)
    check(refused { messages.sendDirect(NewDirect("nobody", "?")) } == 404)

    // The generated call waits for the stream's end, so this one is made by hand.
    val token = EventsApi(url).of(ann).createStreamToken().token
    val ready = Serializer.moshi.adapter(Ready::class.java)
    val message = Serializer.moshi.adapter(Message::class.java)
    var event = ""
    URI("$url/v1/events?lastEventId=1&token=$token").toURL().openStream().bufferedReader().use {
        while (event != "done") {
            val line = it.readLine()
            if (line.startsWith("event: ")) event = line.substring(7)
            if (!line.startsWith("data: ")) continue
            val data = line.substring(6)
            if (event == "message") check(message.fromJson(data) == second)
            if (event != "ready") continue
            check(ready.fromJson(data)?.online == listOf("ann"))
            check(PeopleApi(url).of(bob).listOnlineUsers().count == 1)
            event = "done"
        }
    }

    AccountsApi(url).of(ann).logout()
    check(refused { AccountsApi(url).of(ann).getMe() } == 401)
    println("the stream without the client")
}
