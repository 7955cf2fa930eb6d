#include "jobs/job_mail.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgi/tmpl/tmpl.h"
#include "jobs/mail_file.h"
#include "jobs/mail_job.h"
#include "jobs/mail_text.h"
#include "lib/base/hex.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "lib/db/db_company.h"
#include "lib/db/db_logo.h"
#include "lib/db/db_mail.h"
#include "lib/hash/digest.h"
#include "lib/hash/seal.h"
#include "lib/json/json_in.h"
#include "lib/out/out_mail.h"
#include "lib/out/out_mime.h"

#define DEPTH_MAX  4
#define VALUE_MAX  4000
#define KEY_MAX    40 /* of a template, and of a key */
#define LINK_MAX   2048
#define MAIL_MAX   ((size_t)1 << 20)
#define SECRET_MAX 200
#define TIMEOUT_US (30 * RT_SEC_US)

/* One mail in the making. */
struct mail {
	const struct queue_env *env;
	const struct job_row *job;
	const struct json_node *root;
	struct slice template; /* "missed" */
	struct slice to;
	struct slice name;
	struct slice subject;
	struct slice unsubscribe;
	const char *company; /* whose name it carries */
	bool has_logo;
	struct logo_row logo;
	struct buf sound; /* attached; empty: none */
	char why[OUT_MAIL_WHY_MAX];
};

/* --- what it says ----------------------------------------------------------
 */

static bool key_ok(struct slice key)
{
	for (size_t i = 0; i < key.n; i++)
		if ((key.p[i] < 'a' || key.p[i] > 'z') && key.p[i] != '_' &&
		    (key.p[i] < '0' || key.p[i] > '9'))
			return false;
	return key.n > 0 && key.n <= KEY_MAX;
}

static enum err set_text(struct view *v, const char *key,
    const struct json_node *node)
{
	struct slice text;
	enum err e;

	if ((e = json_in_text(node, VALUE_MAX, &text)) != ERR_OK)
		return e;
	view_slice(v, key, text);
	return ERR_OK;
}

/* The members of an object into v; arrays of objects become lists. */
static enum err set_all(struct mail *m, struct view *v,
    const struct json_node *object)
{
	const struct json_node *value;
	void *iter = NULL;
	struct slice key;
	enum err e = ERR_OK;

	while (e == ERR_OK && json_in_next(object, &iter, &key, &value)) {
		const char *name = arena_cstr(m->env->arena, key);

		if (name == NULL)
			return ERR_NOMEM;
		if (!key_ok(key))
			return ERR_SYNTAX;
		if (json_in_kind(value) != JSON_IN_ARRAY) {
			e = set_text(v, name, value);
			continue;
		}
		view_list(v, name);
		for (size_t i = 0; i < json_in_count(value) && e == ERR_OK; i++)
			e = set_all(m, view_item(v, name),
			    json_in_at(value, i));
	}
	return e;
}

/* The link that was sealed for this mail. */
static enum err open_link(struct mail *m, struct view *v)
{
	char path[SETTINGS_PATH_MAX + 16];
	char about_mem[OUT_MIME_ADDRESS_MAX + KEY_MAX + 16];
	uint8_t sealed[LINK_MAX + SEAL_OVERHEAD];
	char plain[LINK_MAX];
	struct seal_key key;
	struct buf about, b;
	struct slice hex;
	enum err e;

	e = json_in_text(json_in_get(m->root, "sealed"), 2 * sizeof(sealed),
	    &hex);
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	(void)snprintf(path, sizeof(path), "%s/seal.key",
	    m->env->settings->secret_dir);
	buf_over(&about, about_mem, sizeof(about_mem));
	buf_cstr(&about, "mail:");
	buf_put(&about, m->template);
	buf_char(&about, ':');
	buf_put(&about, m->to);
	if ((e = hex_decode(hex, sealed, hex.n / 2)) != ERR_OK ||
	    (e = seal_key_load(path, &key)) != ERR_OK)
		return e;
	buf_over(&b, plain, sizeof(plain));
	e = seal_open(&key, buf_slice(&about), slice_of(sealed, hex.n / 2), &b);
	seal_key_forget(&key);
	if (e == ERR_OK)
		view_slice(v, "link", buf_slice(&b));
	return e;
}

/* The sound that goes with it. One that is not there, or not in time, does not
 * hold up the mail: it has a link. */
static enum err find_sound(struct mail *m)
{
	struct call_id call;
	struct slice id;
	enum err e;

	e = json_in_text(json_in_get(m->root, "recording"), ID_TEXT_MAX, &id);
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK || (e = id_parse(ID_KIND_call, id, call.v)) != ERR_OK)
		return e;
	e = mail_file_read(m->env, m->job->company, call, &m->sound);
	if (e == ERR_OK ||
	    (e != ERR_NOTFOUND && m->job->attempts < MAIL_FILE_TRIES))
		return e;
	buf_fini(&m->sound);
	buf_init(&m->sound, MAIL_FILE_MAX);
	return ERR_OK;
}

/* Whose name stands above it: the company's, or the product's. */
static enum err find_company(struct mail *m)
{
	struct company_row row;
	enum err e;

	m->company = "ringtrace";
	if (id_is_nil(m->job->company.v))
		return ERR_OK;
	e = db_company_get(m->env->db, m->job->company, &row);
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	m->company = arena_cstr(m->env->arena, slice_from(row.name));
	if (m->company == NULL)
		return ERR_NOMEM;
	e = db_logo_get(m->env->db, m->job->company, m->env->arena, &m->logo);
	m->has_logo = e == ERR_OK;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_head(struct mail *m)
{
	enum err e;

	e = json_in_text(json_in_get(m->root, "template"), KEY_MAX,
	    &m->template);
	if (e == ERR_OK && !key_ok(m->template))
		e = ERR_SYNTAX;
	if (e == ERR_OK)
		e = json_in_text(json_in_get(m->root, "to"),
		    OUT_MIME_ADDRESS_MAX, &m->to);
	if (e == ERR_OK)
		e = json_in_opt_text(m->root, "name", VALUE_MAX, &m->name);
	if (e == ERR_OK)
		e = json_in_opt_text(m->root, "subject", OUT_MIME_SUBJECT_MAX,
		    &m->subject);
	if (e == ERR_OK)
		e = json_in_opt_text(m->root, "unsubscribe", LINK_MAX,
		    &m->unsubscribe);
	return e == ERR_NOTFOUND ? ERR_SYNTAX : e;
}

/* A mail that a rule made may have waited for hours (mail_job.h, or a server
 * that was away): who said no since, or may not see the company any more, is
 * told nothing, and who has another address now is told there. ERR_DENIED:
 * nobody is. ERR_BUSY: these are the hours that the person wants to be left
 * alone. */
static enum err find_rule(struct mail *m)
{
	struct slice rest = slice_from(m->job->key), head;
	struct mail_rule_row rule;
	struct mail_rule_id id;
	int64_t due_us;
	const char *to;
	enum err e;

	(void)slice_cut(&rest, ':', &head);
	if (id_parse(ID_KIND_mail_rule, head, id.v) != ERR_OK)
		return ERR_OK; /* an invitation, a new password */
	e = db_mail_rule_lives(m->env->db, m->job->company, id, &rule);
	if (e == ERR_NOTFOUND) {
		(void)snprintf(m->why, sizeof(m->why),
		    "not sent: stopped, or the person lost access");
		return ERR_DENIED;
	}
	if (e != ERR_OK)
		return e;
	due_us = mail_job_after_quiet(&rule, m->env->now_us);
	if (due_us > m->env->now_us) {
		*m->env->later_us = due_us;
		return ERR_BUSY;
	}
	to = arena_cstr(m->env->arena, slice_from(rule.email));
	if (to == NULL)
		return ERR_NOMEM;
	m->to = slice_from(to);
	return ERR_OK;
}

/* What the two mails that others enqueue without a subject are about. */
static void default_subject(struct mail *m)
{
	if (m->subject.n > 0)
		return;
	m->subject = slice_eq_cstr(m->template, "reset")
			 ? SLICE("Choose a new password")
			 : SLICE("You are invited");
}

static enum err render(struct mail *m, struct buf *html)
{
	struct tmpl_error why = { .line = 0 };
	char mem[KEY_MAX + 16];
	const char *name;
	struct slice href;
	struct view *v;
	struct buf b;
	enum err e;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "mail_");
	buf_put(&b, m->template);
	buf_cstr(&b, ".html");
	name = arena_cstr(m->env->arena, buf_slice(&b));
	if (name == NULL)
		return ERR_NOMEM;
	v = view_new(m->env->arena, name);
	if ((e = set_all(m, v, m->root)) != ERR_OK ||
	    (e = open_link(m, v)) != ERR_OK)
		return e;
	if (!view_has(v, "subject"))
		view_slice(v, "subject", m->subject);
	view_cstr(v, "company_name", m->company);
	view_flag(v, "logo", m->has_logo);
	view_flag(v, "attached", m->sound.n > 0);
	view_flag(v, "unsubscribes", m->unsubscribe.n > 0);
	view_flag(v, "callable",
	    json_in_text(json_in_get(m->root, "caller_href"), VALUE_MAX,
		&href) == ERR_OK &&
		href.n > 0);
	if (m->unsubscribe.n == 0 && !view_has(v, "unsubscribe"))
		view_cstr(v, "unsubscribe", "");
	e = tmpl_render(m->env->app, v, html, &why);
	if (e != ERR_OK)
		log_error("job_mail: %s line=%u %s error=%s", name, why.line,
		    why.what, err_name(e));
	/* A template that is not there, or a key it misses, will never work. */
	return e == ERR_NOTFOUND || e == ERR_INTERNAL ? ERR_SYNTAX : e;
}

/* --- handing over ----------------------------------------------------------
 */

static enum err read_password(const struct settings *s,
    char out[SECRET_MAX + 1])
{
	char path[SETTINGS_PATH_MAX + 32], raw[SECRET_MAX];
	ssize_t n;
	int fd;

	out[0] = '\0';
	if (s->smtp_user[0] == '\0')
		return ERR_OK;
	(void)snprintf(path, sizeof(path), "%s/smtp.pw", s->secret_dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd == -1 ? -1 : read(fd, raw, sizeof(raw));
	if (n < 0)
		log_sys("job_mail: read %s", path);
	if (fd != -1)
		(void)close(fd); /* read only */
	if (n < 0)
		return ERR_IO;
	return slice_to_cstr(slice_trim(slice_of(raw, (size_t)n)), out,
		   SECRET_MAX + 1)
		   ? ERR_OK
		   : ERR_SYNTAX;
}

static enum err send_it(struct mail *m, struct slice letter)
{
	const struct settings *s = m->env->settings;
	char password[SECRET_MAX + 1];
	struct slice from;
	enum err e;

	if ((e = read_password(s, password)) != ERR_OK) {
		(void)snprintf(m->why, sizeof(m->why),
		    "smtp.pw of secret_dir cannot be read");
		return e;
	}
	if ((e = out_mime_address_of(slice_from(s->smtp_from), &from)) !=
	    ERR_OK)
		return e;
	e = out_mail_send(&(struct out_mail_server){ .url = s->smtp_url,
			      .user = s->smtp_user,
			      .password = password,
			      .ca_file = s->ca_file,
			      .timeout_us = TIMEOUT_US },
	    from, m->to, letter, m->why);
	memset(password, 0, sizeof(password));
	return e;
}

/* Of its Message-ID. The same in every attempt, so that a reader shows it once;
 * of no other mail of any installation (RFC 5322 3.6.4): mailboxes drop what
 * they have. Numbers of jobs begin anew with each database. */
static enum err name_letter(const struct mail *m, struct buf *out)
{
	const struct slice parts[] = {
		slice_from(m->env->settings->public_url),
		slice_of((const char *)m->job->company.v, ID_BYTES),
		slice_from(m->job->key),
		SLICE("\n"),
		m->job->payload,
	};
	uint8_t hash[DIGEST_SHA256_BYTES];
	struct slice from;
	enum err e;

	e = out_mime_address_of(slice_from(m->env->settings->smtp_from), &from);
	if (e == ERR_OK)
		e = digest_sha256(parts, RT_ARRAY_LEN(parts), hash);
	if (e != ERR_OK)
		return e;
	buf_hex(out, hash, 16);
	buf_put(out, slice_skip(from, slice_find(from, '@', 0)));
	return buf_err(out);
}

static enum err write_letter(struct mail *m, struct slice html,
    struct buf *letter)
{
	const struct out_mime_file logo = {
		.name = slice_from(image_head_name(m->logo.head.kind)),
		.type = image_head_type(m->logo.head.kind),
		.bytes = m->logo.image,
	};
	const struct out_mime_file sound = { .name = SLICE("message.wav"),
		.type = "audio/wav",
		.bytes = buf_slice(&m->sound) };
	char mem[32 + OUT_MIME_ADDRESS_MAX];
	struct buf text, id;
	enum err e;

	buf_over(&id, mem, sizeof(mem));
	buf_init(&text, MAIL_MAX);
	mail_text(html, &text);
	e = name_letter(m, &id);
	if (e == ERR_OK)
		e = buf_err(&text);
	if (e == ERR_OK)
		e = out_mime_write(&(struct out_mime){ .from = slice_from(
							   m->env->settings
							       ->smtp_from),
				       .to_name = m->name,
				       .to = m->to,
				       .subject = m->subject,
				       .text = buf_slice(&text),
				       .html = html,
				       .message_id = buf_slice(&id),
				       .unsubscribe = m->unsubscribe,
				       .now_us = m->env->now_us,
				       .picture = m->has_logo ? &logo : NULL,
				       .file =
					   sound.bytes.n > 0 ? &sound : NULL },
		    letter);
	buf_fini(&text);
	return e;
}

static enum err put_together(struct mail *m)
{
	struct buf html, letter;
	enum err e;

	if (m->env->settings->smtp_url[0] == '\0') {
		(void)snprintf(m->why, sizeof(m->why),
		    "no SMTP server is set (smtp_url)");
		return ERR_UNSUPPORTED;
	}
	buf_init(&html, MAIL_MAX);
	/* Base64 takes four bytes for three, and ends of lines. */
	buf_init(&letter, 3 * MAIL_MAX + MAIL_FILE_MAX * 3 / 2);
	e = render(m, &html);
	if (e == ERR_OK)
		e = write_letter(m, buf_slice(&html), &letter);
	if (e == ERR_OK)
		e = send_it(m, buf_slice(&letter));
	buf_fini(&html);
	buf_fini(&letter);
	return e;
}

/* What the log keeps of a subject: never who called. A log outlives the call
 * and is no place to look for people. */
static struct slice logged_subject(const struct mail *m)
{
	if (slice_eq_cstr(m->template, "missed"))
		return SLICE("Missed call");
	if (slice_eq_cstr(m->template, "voicemail"))
		return SLICE("Voice message");
	return slice_head(m->subject, DB_TEXT_BYTES - 1);
}

/* Nobody may lose a mail because the log cannot be written. */
static void note(const struct mail *m, enum err result)
{
	struct mail_log_row row = { .job = m->job->id,
		.attempts = m->job->attempts,
		.tried_us = m->env->now_us };
	const bool good = result == ERR_OK;

	if (result != ERR_DENIED) /* nobody wants it: no failure */
		metric_add(good ? METRIC_MAILS_SENT : METRIC_MAILS_FAILED, 1);
	if (!slice_to_cstr(m->template, row.template, sizeof(row.template)) ||
	    !slice_to_cstr(m->to, row.to, sizeof(row.to)) ||
	    !slice_to_cstr(logged_subject(m), row.subject,
		sizeof(row.subject)) ||
	    !slice_to_cstr(slice_from(good                ? ""
				      : m->why[0] != '\0' ? m->why
							  : err_name(result)),
		row.error, sizeof(row.error)) ||
	    !slice_to_cstr(slice_from(good ? "sent" : "failed"), row.state,
		sizeof(row.state)) ||
	    db_mail_log(m->env->db, m->job->company, &row) != ERR_OK)
		log_warn("job_mail: not in the log job=%llu",
		    (unsigned long long)m->job->id);
}

static enum err make_and_send(struct mail *m)
{
	enum err e;

	if ((e = find_company(m)) != ERR_OK || (e = find_sound(m)) != ERR_OK)
		return e;
	e = put_together(m);
	note(m, e);
	return e;
}

enum err job_mail(const struct queue_env *env, const struct job_row *job)
{
	struct mail m = { .env = env, .job = job };
	struct json_in *in = NULL;
	enum err e;

	e = json_in_parse(job->payload, DB_JOB_PAYLOAD_MAX, DEPTH_MAX, &in,
	    NULL);
	if (e != ERR_OK)
		return e == ERR_TOOBIG ? ERR_SYNTAX : e;
	m.root = json_in_root(in);
	buf_init(&m.sound, MAIL_FILE_MAX);
	e = read_head(&m);
	if (e == ERR_OK)
		default_subject(&m);
	if (e == ERR_OK)
		e = find_rule(&m);
	if (e == ERR_DENIED) {
		note(&m, e);
		e = ERR_OK;
	} else if (e == ERR_OK) {
		e = make_and_send(&m);
	}
	buf_fini(&m.sound);
	json_in_free(in);
	return e;
}
