#ifndef WINDSOCK_CCURL_H
#define WINDSOCK_CCURL_H

#include <curl/curl.h>

/* curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one function for each type of value.
 * They return libcurl's code unchanged; nothing is allocated or kept here. */

static inline CURLcode windsock_curl_set_long(CURL *_Nonnull handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode windsock_curl_set_string(CURL *_Nonnull handle, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}

/* CURLINFO_ACTIVESOCKET: the socket that a CURLOPT_CONNECT_ONLY transfer left open, or CURL_SOCKET_BAD. It belongs to
 * the handle. */
static inline CURLcode windsock_curl_active_socket(CURL *_Nonnull handle, curl_socket_t *_Nonnull socket) {
    return curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, socket);
}

/* CURLOPT_SOCKOPTFUNCTION, called before connect(): the only moment at which a receive buffer's size still decides the
 * window that TCP announces. `context` comes back as the first argument and must outlive the handle. */
static inline CURLcode windsock_curl_set_socket_callback(
    CURL *_Nonnull handle, int (*_Nonnull callback)(void *_Nullable context, curl_socket_t socket, curlsocktype purpose),
    void *_Nullable context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, callback);
    return code ? code : curl_easy_setopt(handle, CURLOPT_SOCKOPTDATA, context);
}

#endif
