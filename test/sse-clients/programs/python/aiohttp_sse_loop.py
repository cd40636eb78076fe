import asyncio

import aiohttp
from aiohttp_sse_client2 import client as sse

from program import ADDRESS, headers, note, tell


async def main():
    cursor = ""
    # Not the 300 s in all that are the default.
    timeout = aiohttp.ClientTimeout(total=None, sock_read=45)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        while True:
            try:
                async with sse.EventSource(ADDRESS, session=session, headers=headers(cursor)) as stream:
                    async for event in stream:
                        cursor = event.last_event_id or cursor
                        tell(event.type, event.data, event.last_event_id)
            except ConnectionRefusedError:
                # Its name for an answer of 401; a refused connection is a ClientConnectorError.
                return
            except (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError) as error:
                note(error)
            await asyncio.sleep(1)


asyncio.run(main())
