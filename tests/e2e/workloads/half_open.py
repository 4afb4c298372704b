# SPDX-License-Identifier: Apache-2.0
"""half_open.py PORT COUNT: holds so many connections that say nothing or begin a request, and opens them again when they
end; says "opened" once all are."""
import selectors
import socket
import sys

PORT, COUNT = int(sys.argv[1]), int(sys.argv[2])


def opened(number):
    connection = socket.create_connection(("127.0.0.1", PORT))
    if number % 2:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
    connection.setblocking(False)
    return connection


selector = selectors.DefaultSelector()
for number in range(COUNT):
    selector.register(opened(number), selectors.EVENT_READ, number)
print("opened", flush=True)
while True:
    for key, _ in selector.select():
        try:
            if key.fileobj.recv(4096):
                continue
        except OSError:
            pass
        selector.unregister(key.fileobj)
        key.fileobj.close()
        selector.register(opened(key.data), selectors.EVENT_READ, key.data)
