#pragma once
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <locale.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* curl_easy_setopt, curl_easy_getinfo, curl_share_setopt and curl_multi_setopt are variadic. */
static inline CURLcode shim_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode shim_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode shim_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode shim_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode shim_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode shim_curl_set_cookies(CURL *easy, CURLSH *jar) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SHARE, jar);
    return code ? code : curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
}
static inline CURLSH *shim_curl_share_cookies(void) {
    CURLSH *jar = curl_share_init();
    if (!jar || curl_share_setopt(jar, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) == CURLSHE_OK) return jar;
    curl_share_cleanup(jar);
    return NULL;
}
static inline CURLcode shim_curl_set_write(CURL *easy, curl_write_callback function, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, function);
    return code ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}
static inline CURLcode shim_curl_set_open_socket(CURL *easy, curl_opensocket_callback function, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, function);
    return code ? code : curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
}
static inline CURLcode shim_curl_set_prerequest(CURL *easy, curl_prereq_callback function, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, function);
    return code ? code : curl_easy_setopt(easy, CURLOPT_PREREQDATA, context);
}
static inline CURLcode shim_curl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}
static inline CURLcode shim_curl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(easy, info, value);
}
static inline CURLcode shim_curl_get_string(CURL *easy, CURLINFO info, const char **value) {
    return curl_easy_getinfo(easy, info, value);
}
static inline CURLMcode shim_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode shim_curl_multi_set_socket(CURLM *multi, curl_socket_callback function, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
    return code ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
}
static inline CURLMcode shim_curl_multi_set_timer(CURLM *multi, curl_multi_timer_callback function, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
    return code ? code : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}
/* Swift does not import the message's unnamed union. */
static inline CURLcode shim_curl_message_result(const CURLMsg *message) { return message->data.result; }
/* Macros with casts. */
static const curl_socket_t shim_curl_socket_bad = CURL_SOCKET_BAD;
static const unsigned int shim_curl_header_origins = CURLH_HEADER;
/* The address is `addrlen` bytes long, which may be more than the field's own size. */
static inline const void *shim_curl_sockaddr_bytes(const struct curl_sockaddr *address) { return &address->addr; }
/* LC_CTYPE_MASK is a macro with a cast. libcurl's IDN library reads host names in the encoding of the thread's locale,
   which is ASCII in a program that chooses none. */
static inline CURLUcode shim_curl_url_get_ascii(CURLU *url, char **text) {
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!utf8) return CURLUE_OUT_OF_MEMORY;
    locale_t previous = uselocale(utf8);
    CURLUcode code = curl_url_get(url, CURLUPART_URL, text, CURLU_PUNYCODE | CURLU_GET_EMPTY);
    uselocale(previous);
    freelocale(utf8);
    return code;
}
