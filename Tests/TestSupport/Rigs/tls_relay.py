"""Ends TLS in front of a plain TCP server: tls_relay.py CERTIFICATE KEY BACKEND_PORT [VERSION]

Listens on a free port of 127.0.0.1, prefers h2 by ALPN over http/1.1, and reports on standard output:
"port N" once, then per connection "alpn NAME" (or "alpn none") or "failed REASON". It ends with its standard input.
VERSION, 1.1 or 1.2, is the only version of TLS that it then speaks.
"""

import os
import socket
import ssl
import sys
import threading


def copy(source, destination):
    try:
        while data := source.recv(65536):
            destination.sendall(data)
    except OSError:
        pass
    finally:
        try:
            destination.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(connection, context, backend_port):
    try:
        client = context.wrap_socket(connection, server_side=True)
    except OSError as error:
        print(f"failed {getattr(error, 'reason', None) or error}", flush=True)
        return
    print(f"alpn {client.selected_alpn_protocol() or 'none'}", flush=True)
    backend = socket.create_connection(("127.0.0.1", backend_port))
    threading.Thread(target=copy, args=(backend, client), daemon=True).start()
    copy(client, backend)


def end_with_input():
    sys.stdin.buffer.read()
    os._exit(0)


VERSIONS = {"1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2}


def main():
    threading.Thread(target=end_with_input, daemon=True).start()
    certificate, key, backend_port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if len(sys.argv) > 4:
        # OpenSSL's usual level of security has no ciphers for the old versions.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = VERSIONS[sys.argv[4]]
    context.set_alpn_protocols(["h2", "http/1.1"])
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"port {listener.getsockname()[1]}", flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, context, backend_port), daemon=True).start()


if __name__ == "__main__":
    main()
