# SPDX-License-Identifier: Apache-2.0
"""traffic.py HOST DATAGRAMS: over the loopback, that many UDP datagrams to a socket that exists,
and one TCP connection that carries a line each way."""

import socket
import sys


def main(host, datagrams):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as receiver:
        receiver.bind((host, 0))
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            for _ in range(datagrams):
                sender.sendto(b"datagram", receiver.getsockname())
                receiver.recv(100)
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.bind((host, 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()[:2]) as client:
            server, _ = listener.accept()
            with server:
                client.sendall(b"request\n")
                server.sendall(server.recv(100))
                client.recv(100)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
