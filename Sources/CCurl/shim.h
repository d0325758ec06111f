#ifndef WINDSOCK_CCURL_H
#define WINDSOCK_CCURL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <sys/eventfd.h>

/* curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one function for each type of value.
 * They return libcurl's code unchanged; nothing is allocated or kept here. */

static inline CURLcode windsock_curl_set_long(CURL *_Nonnull handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode windsock_curl_set_string(CURL *_Nonnull handle, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}

/* CURLOPT_ERRORBUFFER: `buffer` holds CURL_ERROR_SIZE bytes and must outlive the handle. */
static inline CURLcode windsock_curl_set_error_buffer(CURL *_Nonnull handle, char *_Nonnull buffer) {
    return curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, buffer);
}

/* CURLOPT_QUICK_EXIT (libcurl 7.87): a handle that is dropped in the middle of a name look-up does not wait for the
 * resolver's thread, which may take many seconds. Older libraries wait. */
static inline CURLcode windsock_curl_set_quick_exit(CURL *_Nonnull handle) {
#if LIBCURL_VERSION_NUM >= 0x075700
    return curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
#else
    return CURLE_OK;
#endif
}

/* Whether this libcurl can do TLS. CURLVERSION_NOW, which tells it how new a structure is expected, is a macro that
 * Swift does not see. */
static inline bool windsock_curl_supports_tls(void) {
    return (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_SSL) != 0;
}

/* CURLINFO_ACTIVESOCKET: the socket that a CURLOPT_CONNECT_ONLY transfer left open, or CURL_SOCKET_BAD. It belongs to
 * the handle. */
static inline CURLcode windsock_curl_active_socket(CURL *_Nonnull handle, curl_socket_t *_Nonnull socket) {
    return curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, socket);
}

/* CURLINFO_HTTP_CONNECTCODE: the status with which a proxy answered the last CONNECT, or 0 when none was asked. */
static inline long windsock_curl_proxy_status(CURL *_Nonnull handle) {
    long status = 0;
    return curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &status) == CURLE_OK ? status : 0;
}

/* CURLOPT_SOCKOPTFUNCTION, called before connect(): the only moment at which a receive buffer's size still decides the
 * window that TCP announces. `context` comes back as the first argument and must outlive the handle. */
static inline CURLcode windsock_curl_set_socket_callback(
    CURL *_Nonnull handle, int (*_Nonnull callback)(void *_Nullable context, curl_socket_t socket, curlsocktype purpose),
    void *_Nullable context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, callback);
    return code ? code : curl_easy_setopt(handle, CURLOPT_SOCKOPTDATA, context);
}

/* A new eventfd(2), non-blocking and closed on exec, or -1 with errno set. Here because Swift's C library module does
 * not show sys/eventfd.h; the descriptor is what wakes a wait on libcurl's socket. */
static inline int windsock_event_descriptor(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

#endif
