#include "ctl/ctl_audit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/db/db_audit.h"

#define JSON_MAX 8192

/* A JSON string (RFC 8259 7). */
static void put_string(struct buf *b, const char *text)
{
	buf_char(b, '"');
	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20) {
			buf_printf(b, "\\u%04x", (unsigned int)*p);
			continue;
		}
		if (*p == '"' || *p == '\\')
			buf_char(b, '\\');
		buf_char(b, *p);
	}
	buf_char(b, '"');
}

static void put_pair(struct buf *b, const char *name, const char *text)
{
	if (text == NULL)
		return;
	if (b->n > 1)
		buf_char(b, ',');
	put_string(b, name);
	buf_char(b, ':');
	put_string(b, text);
}

enum err ctl_audit_add(struct ctl_scope *s, const struct ctl_audit *a)
{
	struct audit_row row = { .account = a->account,
		.user = a->user,
		.action = a->action,
		.object_kind = a->kind };
	char mem[JSON_MAX], by[32];
	struct buf b;
	enum err e;

	(void)snprintf(by, sizeof(by), "uid %u", (unsigned int)getuid());
	buf_over(&b, mem, sizeof(mem));
	buf_char(&b, '{');
	for (const char *const *p = a->pairs; p != NULL && p[0] != NULL; p += 2)
		put_pair(&b, p[0], p[1]);
	put_pair(&b, "command", by);
	buf_char(&b, '}');
	if ((e = buf_err(&b)) != ERR_OK)
		return e;
	row.after = buf_slice(&b);
	memcpy(row.object, a->object, ID_BYTES);
	return db_audit_add(s->db, a->company, &row);
}
