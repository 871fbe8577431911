"""Who follows WatchCalls, whatever breaks."""

import threading

import api
import grpc
import programs


class Watcher:
    """Follows the stream from a token on; whenever it breaks, from its last one at the next service.

    `seen` has the sequence and the name of each event, `breaks` counts.
    """

    def __init__(self, addresses, token, first=0):
        self._apis = [api.Api(address) for address in addresses]
        self._turn, self._token = first, token
        self._stopped, self._stream = threading.Event(), None
        self.seen, self.breaks = [], 0
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def _follow(self):
        while not self._stopped.is_set():
            self._stream = self._apis[self._turn % len(self._apis)].watch(self._token,
                                                                          timeout=None)
            try:
                for response in self._stream:
                    self._token = response.resume_token
                    if response.HasField("event"):
                        self.seen.append((response.event.sequence, response.event.name))
            except grpc.RpcError:
                self.breaks += 1
                self._turn += 1
                programs.pause()

    def stop(self):
        self._stopped.set()
        if self._stream is not None:
            self._stream.cancel()
        self._thread.join()
        for connection in self._apis:
            connection.channel.close()
