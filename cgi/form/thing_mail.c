#include "cgi/form/thing_mail.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/choice.h"
#include "cgi/form/fields_choice.h"
#include "lib/base/scan.h"
#include "lib/db/db_mail.h"
#include "lib/hash/token.h"

static const struct field fields[] = {
	{ "user", "Who", .kind = FIELD_CHOICE, .once = true },
	{ "kind", "Mail", .kind = FIELD_CHOICE },
	{ "attach", "Attach voice messages", .kind = FIELD_CHECK,
	    .help = "As a sound file, up to 8 MB (four minutes). Else, and"
		    " when they are longer, the mail has a link." },
	{ "quiet_from", "Quiet from", FIELD_TEXT, 0, 5,
	    .group = "Hours without mail",
	    .help = "22:00, in the company's time. What comes meanwhile is"
		    " sent afterwards. Empty: at any hour." },
	{ "quiet_to", "Quiet until", .kind = FIELD_TEXT, .min = 0, .max = 5,
	    .help = "07:00" },
};

static enum err choices(const struct req *r, struct fields *f)
{
	for (unsigned int i = 0; i < MAIL_RULE_COUNT; i++)
		fields_choice(f, "kind",
		    slice_from(mail_rule_name((enum mail_rule_kind)i)),
		    slice_from(mail_rule_what((enum mail_rule_kind)i)));
	return choice_of(r, f, "user", NULL, DB_CHOICE_PERSON);
}

static enum err list(const struct req *r, struct thing_list *l)
{
	struct mail_rule_row *rows;
	size_t n;
	enum err e = db_mail_rule_list(r->db, r->company, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct thing_row *row = thing_row_add(l, rows[i].id.v);
		enum mail_rule_kind kind = MAIL_RULE_MISSED;

		if (row == NULL)
			return ERR_NOMEM;
		(void)mail_rule_parse(slice_from(rows[i].kind), &kind);
		row->cell[0] = slice_from(rows[i].user_name);
		row->cell[1] = slice_from(rows[i].email);
		row->cell[2] = slice_from(mail_rule_what(kind));
	}
	return e;
}

static void show_minute(struct fields *f, const char *name, uint32_t min,
    bool none)
{
	char text[16] = "";

	if (!none)
		(void)snprintf(text, sizeof(text), "%02u:%02u", min / 60 % 24,
		    min % 60);
	fields_set_cstr(f, name, text);
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct mail_rule_row row;
	struct mail_rule_id key;
	bool none;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_mail_rule_get(r->db, r->company, key, &row)) != ERR_OK)
		return e;
	none = row.quiet_from_min == row.quiet_to_min;
	fields_set_id(f, "user", ID_KIND_user, row.user.v);
	fields_set_cstr(f, "kind", row.kind);
	fields_set_on(f, "attach", row.attach);
	show_minute(f, "quiet_from", row.quiet_from_min, none);
	show_minute(f, "quiet_to", row.quiet_to_min, none);
	return f->e;
}

/* "7:30" or "07:30". */
static bool read_minute(struct slice s, uint32_t *out)
{
	uint32_t hour, minute;

	if (scan_u32(&s, &hour) != ERR_OK || scan_byte(&s, ':') != ERR_OK ||
	    s.n != 2 || scan_u32(&s, &minute) != ERR_OK || s.n != 0 ||
	    hour > 23 || minute > 59)
		return false;
	*out = hour * 60 + minute;
	return true;
}

static void read_quiet(struct fields *f, struct mail_rule_row *row)
{
	const bool from = fields_get(f, "quiet_from").n > 0;
	const bool to = fields_get(f, "quiet_to").n > 0;

	row->quiet_from_min = row->quiet_to_min = 0;
	if (!from && !to)
		return;
	if (!read_minute(fields_get(f, "quiet_from"), &row->quiet_from_min))
		fields_wrong(f, "quiet_from", "Write a time like 22:00.");
	if (!read_minute(fields_get(f, "quiet_to"), &row->quiet_to_min))
		fields_wrong(f, "quiet_to", "Write a time like 07:00.");
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct mail_rule_row row = { .created_us = r->now_us };
	enum err e;

	memcpy(row.id.v, id, ID_BYTES);
	read_quiet(f, &row);
	row.attach = fields_on(f, "attach");
	if (!fields_copy(f, "kind", row.kind, sizeof(row.kind)) ||
	    !fields_good(f))
		return ERR_SYNTAX;
	if (!f->fresh)
		return db_mail_rule_update(r->db, r->company, &row, r->now_us);
	if ((e = fields_id(f, "user", ID_KIND_user, row.user.v)) != ERR_OK)
		return e;
	token_make(row.unsubscribe);
	e = db_mail_rule_add(r->db, r->company, &row);
	if (e == ERR_RANGE)
		fields_wrong(f, "user", "Choose somebody of this company.");
	return e;
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct mail_rule_id key;

	memcpy(key.v, id, ID_BYTES);
	return db_mail_rule_archive(r->db, r->company, key, r->now_us);
}

const struct thing thing_mail = {
	.path = "/settings/mail",
	.one = "mail rule",
	.many = "Mail",
	.intro =
	    "Who is told by mail: at once, or of the day, week or month"
	    " before.",
	.empty = "Add who should hear of missed calls.",
	.id_kind = ID_KIND_mail_rule,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Who", "Address", "Mail" },
	.retire = "Stop",
	.retire_help = "These mails are not sent any more.",
	.second_path = "/settings/mail-log",
	.second_word = "Mails sent",
	.list = list,
	.choices = choices,
	.load = load,
	.save = save,
	.retire_it = retire,
};
