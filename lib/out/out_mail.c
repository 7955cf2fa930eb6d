#include "lib/out/out_mail.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/out/out_mime.h"

#define CONNECT_MS 10000L

struct letter {
	struct slice rest;
	bool begun; /* the server wants the text */
	char curl_why[CURL_ERROR_SIZE];
};

static size_t give(char *out, size_t size, size_t n, void *ctx)
{
	struct letter *l = ctx;
	const struct slice part = slice_head(l->rest, size * n);

	l->begun = true;
	if (part.n > 0)
		memcpy(out, part.p, part.n);
	l->rest = slice_skip(l->rest, part.n);
	return part.n;
}

#define SET(option, value)                                              \
	do {                                                            \
		if (curl_easy_setopt(c, (option), (value)) != CURLE_OK) \
			return ERR_NOMEM;                               \
	} while (0)

static enum err set_up(CURL *c, const struct out_mail_server *s,
    struct letter *l, const char *from, struct curl_slist *to)
{
	const bool signs_in = s->user[0] != '\0';

	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_URL, s->url);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT_MS, (long)(s->timeout_us / 1000));
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	SET(CURLOPT_USE_SSL,
	    (long)(signs_in ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	if (s->ca_file != NULL && s->ca_file[0] != '\0')
		SET(CURLOPT_CAINFO, s->ca_file);
	if (signs_in) {
		SET(CURLOPT_USERNAME, s->user);
		SET(CURLOPT_PASSWORD, s->password);
	}
	SET(CURLOPT_MAIL_FROM, from);
	SET(CURLOPT_MAIL_RCPT, to);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, give);
	SET(CURLOPT_READDATA, l);
	SET(CURLOPT_ERRORBUFFER, l->curl_why);
	return ERR_OK;
}

/* RFC 5321 4.2.1: 5yz is for good, where it is about this mail: libcurl tells a
 * refused MAIL, RCPT or DATA as a failure to send, and after these the text is
 * asked for. A server that greets so, or does not let us in, would say it of
 * every mail, and is mended; that we may not sign in (RFC 4954 6) is our own
 * setting. */
static bool for_good(const struct letter *l, CURLcode code, long status)
{
	return (code == CURLE_SEND_ERROR || l->begun) && status >= 500 &&
	       status < 600 && status != 530 && status != 534 &&
	       status != 535 && status != 538;
}

/* libcurl says QUIT, and would wait two minutes for the answer, while the
 * mail, already taken over, is not yet written down as sent. */
static void wait_for_no_goodbye(CURL *c)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(c, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
	    fd != CURL_SOCKET_BAD)
		(void)shutdown(fd, SHUT_RD); /* gone already: nothing to do */
}

static enum err send_it(CURL *c, struct letter *l, char *why)
{
	const CURLcode code = curl_easy_perform(c);
	long status = 0;

	wait_for_no_goodbye(c);
	if (code == CURLE_OK)
		return ERR_OK;
	(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	(void)snprintf(why, OUT_MAIL_WHY_MAX, "%.100s (SMTP %ld)",
	    l->curl_why[0] == '\0' ? curl_easy_strerror(code) : l->curl_why,
	    status);
	return for_good(l, code, status) ? ERR_RANGE : ERR_UNAVAILABLE;
}

enum err out_mail_send(const struct out_mail_server *s, struct slice from,
    struct slice to, struct slice mail, char why[OUT_MAIL_WHY_MAX])
{
	char from_text[OUT_MIME_ADDRESS_MAX + 1],
	    to_text[OUT_MIME_ADDRESS_MAX + 1];
	struct letter l = { .rest = mail };
	struct curl_slist *list;
	CURL *c;
	enum err e;

	why[0] = '\0';
	if ((e = out_mime_address(from)) != ERR_OK ||
	    (e = out_mime_address(to)) != ERR_OK)
		return e;
	if (!slice_to_cstr(from, from_text, sizeof(from_text)) ||
	    !slice_to_cstr(to, to_text, sizeof(to_text)))
		return ERR_SYNTAX;
	c = curl_easy_init();
	list = curl_slist_append(NULL, to_text);
	e = ERR_NOMEM;
	if (c != NULL && list != NULL)
		e = set_up(c, s, &l, from_text, list);
	if (e == ERR_OK)
		e = send_it(c, &l, why);
	curl_slist_free_all(list);
	curl_easy_cleanup(c);
	return e;
}
