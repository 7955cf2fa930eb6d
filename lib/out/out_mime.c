#include "lib/out/out_mime.h"

#include "lib/base/b64.h"
#include "lib/base/clk.h"
#include "lib/base/scan.h"
#include "lib/base/utf8.h"

#define LINE       76
#define WORD_BYTES 42 /* of text in an encoded word, RFC 2047 2: 75 in all */

/* Never inside base64, and no text of ours. */
#define BOUNDARY_MIXED "=_ringtrace_mixed"
#define BOUNDARY_ALT   "=_ringtrace_alternative"
#define BOUNDARY_REL   "=_ringtrace_related"

/* --- addresses -------------------------------------------------------------
 */

static bool address_char(char c)
{
	static const struct slice others = SLICE_INIT("!#$%&'*+-/=?^_`{|}~.");

	return scan_is_alnum(c) || slice_find(others, c, 0) != others.n;
}

static bool host_ok(struct slice host)
{
	bool more = true;

	while (more) {
		struct slice label;

		more = slice_cut(&host, '.', &label);
		if (label.n == 0 || label.n > 63 || label.p[0] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!scan_is_alnum(label.p[i]) && label.p[i] != '-')
				return false;
	}
	return true;
}

enum err out_mime_address(struct slice address)
{
	struct slice local;

	if (address.n > OUT_MIME_ADDRESS_MAX)
		return ERR_TOOBIG;
	if (!slice_cut(&address, '@', &local) || local.n == 0 || local.n > 64)
		return ERR_SYNTAX;
	for (size_t i = 0; i < local.n; i++)
		if (!address_char(local.p[i]))
			return ERR_SYNTAX;
	return host_ok(address) ? ERR_OK : ERR_SYNTAX;
}

enum err out_mime_address_of(struct slice from, struct slice *out)
{
	struct slice inner = slice_trim(from), name;
	enum err e;

	if (slice_find(inner, '<', 0) != inner.n) {
		if (!slice_ends(inner, SLICE(">")) ||
		    !slice_cut(&inner, '<', &name))
			return ERR_SYNTAX;
		inner.n--;
	}
	if ((e = out_mime_address(inner)) == ERR_OK)
		*out = inner;
	return e;
}

/* --- headers ---------------------------------------------------------------
 */

/* Unstructured text or a name: as it is when it is plain, else as encoded
 * words (RFC 2047). Control bytes become blanks. */
static void put_words(struct buf *out, struct slice s, size_t max)
{
	s = utf8_head(s, max);
	for (bool first = true; s.n > 0; first = false) {
		const struct slice part = utf8_head(s, WORD_BYTES);
		char mem[WORD_BYTES];

		if (part.n == 0)
			return; /* not UTF-8 */
		for (size_t i = 0; i < part.n; i++)
			mem[i] =
			    (unsigned char)part.p[i] < ' ' ? ' ' : part.p[i];
		buf_cstr(out, first ? "=?utf-8?B?" : "\r\n =?utf-8?B?");
		b64_put(out, mem, part.n, 0);
		buf_cstr(out, "?=");
		s = slice_skip(s, part.n);
	}
}

/* RFC 5322 3.3, in UTC. */
static void put_date(struct buf *out, int64_t now_us)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat", "Sun" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	const struct clk_civil c = clk_to_civil(now_us);

	buf_printf(out, "Date: %s, %d %s %04d %02d:%02d:%02d +0000\r\n",
	    days[c.weekday], c.day, months[c.month - 1], c.year, c.hour,
	    c.minute, c.second);
}

/* "Name <a@b>" with the name encoded. */
static enum err put_person(struct buf *out, const char *header,
    struct slice name, struct slice address)
{
	enum err e;

	if ((e = out_mime_address(address)) != ERR_OK)
		return e;
	buf_cstr(out, header);
	if (name.n > 0) {
		put_words(out, name, 120);
		buf_char(out, ' ');
	}
	buf_char(out, '<');
	buf_put(out, address);
	buf_cstr(out, ">\r\n");
	return ERR_OK;
}

static bool token_like(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '<' ||
		    s.p[i] == '>')
			return false;
	return true;
}

static enum err put_head(const struct out_mime *m, struct buf *out)
{
	struct slice address, name = m->from, part;
	enum err e;

	if ((e = out_mime_address_of(m->from, &address)) != ERR_OK)
		return e;
	if (!slice_cut(&name, '<', &part))
		part = SLICE("");
	if (!token_like(m->message_id) || !token_like(m->unsubscribe))
		return ERR_SYNTAX;
	if ((e = put_person(out, "From: ", slice_trim(part), address)) !=
		ERR_OK ||
	    (e = put_person(out, "To: ", m->to_name, m->to)) != ERR_OK)
		return e;
	buf_cstr(out, "Subject: ");
	put_words(out, m->subject, OUT_MIME_SUBJECT_MAX);
	buf_cstr(out, "\r\n");
	put_date(out, m->now_us);
	buf_cstr(out, "Message-ID: <");
	buf_put(out, m->message_id);
	buf_cstr(out, ">\r\n");
	if (m->unsubscribe.n > 0) {
		buf_cstr(out, "List-Unsubscribe: <");
		buf_put(out, m->unsubscribe);
		/* RFC 8058: one POST and it is done. */
		buf_cstr(out,
		    ">\r\nList-Unsubscribe-Post: "
		    "List-Unsubscribe=One-Click\r\n");
	}
	buf_cstr(out,
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n");
	return ERR_OK;
}

/* --- bodies ----------------------------------------------------------------
 */

static void put_part(struct buf *out, const char *boundary, const char *type,
    struct slice bytes)
{
	buf_printf(out,
	    "--%s\r\nContent-Type: %s\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n",
	    boundary, type);
	b64_put(out, bytes.p, bytes.n, LINE);
}

static void put_both(const struct out_mime *m, struct buf *out)
{
	buf_cstr(out,
	    "Content-Type: multipart/alternative; boundary=\"" BOUNDARY_ALT
	    "\"\r\n\r\n");
	put_part(out, BOUNDARY_ALT, "text/plain; charset=utf-8", m->text);
	put_part(out, BOUNDARY_ALT, "text/html; charset=utf-8", m->html);
	buf_cstr(out, "--" BOUNDARY_ALT "--\r\n");
}

static void put_name(const struct out_mime_file *f, struct buf *out)
{
	for (size_t i = 0; i < f->name.n; i++) {
		const char c = f->name.p[i];

		buf_char(out,
		    scan_is_alnum(c) || c == '.' || c == '-' ? c : '_');
	}
}

static void put_file(const struct out_mime_file *f, struct buf *out)
{
	buf_printf(out,
	    "--" BOUNDARY_MIXED
	    "\r\nContent-Type: %s\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment; filename=\"",
	    f->type);
	put_name(f, out);
	buf_cstr(out, "\"\r\n\r\n");
	b64_put(out, f->bytes.p, f->bytes.n, LINE);
}

/* The message, and what it shows, as one (RFC 2387). */
static void put_related(const struct out_mime *m, struct buf *out)
{
	if (m->picture == NULL) {
		put_both(m, out);
		return;
	}
	buf_cstr(out,
	    "Content-Type: multipart/related;"
	    " type=\"multipart/alternative\";\r\n boundary=\"" BOUNDARY_REL
	    "\"\r\n\r\n--" BOUNDARY_REL "\r\n");
	put_both(m, out);
	buf_printf(out,
	    "--" BOUNDARY_REL
	    "\r\nContent-Type: %s\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-ID: <" OUT_MIME_PICTURE
	    ">\r\n"
	    "Content-Disposition: inline; filename=\"",
	    m->picture->type);
	put_name(m->picture, out);
	buf_cstr(out, "\"\r\n\r\n");
	b64_put(out, m->picture->bytes.p, m->picture->bytes.n, LINE);
	buf_cstr(out, "--" BOUNDARY_REL "--\r\n");
}

enum err out_mime_write(const struct out_mime *m, struct buf *out)
{
	enum err e;

	if ((e = put_head(m, out)) != ERR_OK)
		return e;
	if (m->file == NULL) {
		put_related(m, out);
		return buf_err(out);
	}
	buf_cstr(out,
	    "Content-Type: multipart/mixed; boundary=\"" BOUNDARY_MIXED
	    "\"\r\n\r\n--" BOUNDARY_MIXED "\r\n");
	put_related(m, out);
	put_file(m->file, out);
	buf_cstr(out, "--" BOUNDARY_MIXED "--\r\n");
	return buf_err(out);
}
