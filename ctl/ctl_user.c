#include "ctl/ctl_user.h"

#include <stdio.h>
#include <string.h>

#include "ctl/ctl_audit.h"
#include "ctl/ctl_conf.h"
#include "ctl/ctl_verb.h"
#include "lib/db/db_user.h"
#include "lib/db/db_user_token.h"
#include "lib/hash/password.h"
#include "lib/hash/token.h"
#include "lib/out/out_mime.h"

#define MADE_CHARS 20 /* of a password of ours: 120 bits */

struct opts {
	const char *conf;
	const char *email;
	const char *name;
	const char *role;
	const char *company;
	const char *account;
	bool stdin_password;
};

static const struct ctl_opt options[] = {
	{ "email", CTL_OPT_TEXT, offsetof(struct opts, email), 0, "EMAIL",
	    "whom; people sign in with it" },
	{ "name", CTL_OPT_TEXT, offsetof(struct opts, name), 0, "NAME",
	    "for add (the address)" },
	{ "role", CTL_OPT_TEXT, offsetof(struct opts, role), 0, "ROLE",
	    "read-only, agent, analyst, manager, admin or owner (read-only)" },
	{ "company", CTL_OPT_TEXT, offsetof(struct opts, company), 0, "NAME",
	    "the role is for; \"all\": every one of the account (owner: all)" },
	{ "account", CTL_OPT_TEXT, offsetof(struct opts, account), 0, "NAME",
	    "whose, when there are several and the role is for all of one" },
	{ "password-stdin", CTL_OPT_FLAG, offsetof(struct opts, stdin_password),
	    0, NULL,
	    "read the password from standard input; else one is made" },
	CTL_CONF_OPT(struct opts, conf),
};

/* Reads or makes a password; made: the text of one that was, else "". */
static enum err new_password(const struct opts *o, char made[MADE_CHARS + 1],
    char hash[PASSWORD_HASH_MAX])
{
	char text[PASSWORD_MAX + 2];
	struct slice password;
	enum err e;

	made[0] = '\0';
	if (o->stdin_password) {
		if (fgets(text, sizeof(text), stdin) == NULL)
			text[0] = '\0';
		password = slice_from(text);
		if (password.n > 0 && password.p[password.n - 1] == '\n')
			password.n--;
	} else {
		char token[TOKEN_TEXT + 1];

		token_make(token);
		memcpy(made, token, MADE_CHARS);
		made[MADE_CHARS] = '\0';
		password = slice_from(made);
	}
	e = password_hash(password, hash);
	if (e == ERR_RANGE)
		(void)fprintf(stderr, "a password has %d to %d characters\n",
		    PASSWORD_MIN, PASSWORD_MAX);
	return e;
}

/* Once somebody has it: one that is nobody's only misleads. */
static enum err tell(enum err e, const char *made)
{
	if (e == ERR_OK && made[0] != '\0')
		(void)printf("password %s\n", made);
	return e;
}

static enum err check_email(const char *email)
{
	const enum err e = ctl_scope_need("email", email);

	if (e != ERR_OK || out_mime_address(slice_from(email)) == ERR_OK)
		return e;
	(void)fprintf(stderr, "\"%s\" is not an e-mail address\n", email);
	return ERR_SYNTAX;
}

/* An owner who is not said to be one company's is one of the account. */
static bool everywhere(const struct opts *o)
{
	return o->company == NULL ? strcmp(o->role, "owner") == 0
				  : strcmp(o->company, "all") == 0;
}

static enum err note(struct ctl_scope *s, const struct user_row *user,
    struct company_id company, const char *action, const char *role)
{
	const char *const pairs[] = { "email", user->email, "role", role, NULL,
		NULL };

	return ctl_audit_add(s, &(struct ctl_audit){ .account = user->account,
				    .company = company,
				    .action = action,
				    .kind = "user",
				    .object = user->id.v,
				    .pairs = pairs });
}

static enum err grant(struct ctl_scope *s, const struct opts *o,
    const struct user_row *user)
{
	struct company_id company = { { 0 } };
	struct account_id account = user->account;
	enum user_role role;
	enum err e = ERR_OK;

	if (!db_user_role_parse(slice_from(o->role), &role)) {
		(void)fprintf(stderr, "there is no role \"%s\"\n", o->role);
		return ERR_SYNTAX;
	}
	if (!everywhere(o))
		e = ctl_scope_company(s, o->company, &company, &account);
	if (e == ERR_OK)
		e = db_user_grant(s->db, user->id, account, company, role,
		    s->now_us);
	if (e == ERR_OK)
		e = db_user_token_end_all(s->db, user->id);
	return e == ERR_OK ? note(s, user, company, "user.role", o->role) : e;
}

static enum err add(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct user_row row = { .created_us = s->now_us };
	struct company_id company;
	char made[MADE_CHARS + 1], hash[PASSWORD_HASH_MAX];
	enum err e;

	ctl_scope_id(s, row.id.v);
	if ((e = check_email(o->email)) != ERR_OK ||
	    (e = ctl_scope_put(row.email, sizeof(row.email), "email",
		 o->email)) != ERR_OK ||
	    (e = ctl_scope_put(row.name, sizeof(row.name), "name",
		 o->name == NULL ? o->email : o->name)) != ERR_OK)
		return e;
	if (everywhere(o))
		e = ctl_scope_account(s, o->account, &row.account);
	else
		e = ctl_scope_company(s, o->company, &company, &row.account);
	if (e != ERR_OK || (e = new_password(o, made, hash)) != ERR_OK ||
	    (e = ctl_scope_put(row.password_hash, sizeof(row.password_hash),
		 "password", hash)) != ERR_OK ||
	    (e = db_begin(s->db)) != ERR_OK)
		return e;
	e = db_user_add(s->db, &row);
	if (e == ERR_OK)
		e = grant(s, o, &row);
	return tell(db_end(s->db, e), made);
}

static enum err find(struct ctl_scope *s, const struct opts *o,
    struct user_row *out)
{
	enum err e = ctl_scope_need("email", o->email);

	if (e != ERR_OK)
		return e;
	e = db_user_by_email(s->db, slice_from(o->email), out);
	if (e == ERR_NOTFOUND)
		(void)fprintf(stderr, "there is no user %s\n", o->email);
	return e;
}

static enum err change_role(struct ctl_scope *s, const void *opts)
{
	struct user_row row;
	enum err e;

	if ((e = find(s, opts, &row)) != ERR_OK ||
	    (e = db_begin(s->db)) != ERR_OK)
		return e;
	return db_end(s->db, grant(s, opts, &row));
}

static const struct company_id of_account;

static enum err password(struct ctl_scope *s, const void *opts)
{
	char made[MADE_CHARS + 1], hash[PASSWORD_HASH_MAX];
	struct user_row row;
	enum err e;

	if ((e = find(s, opts, &row)) != ERR_OK ||
	    (e = new_password(opts, made, hash)) != ERR_OK ||
	    (e = db_begin(s->db)) != ERR_OK)
		return e;
	e = db_user_password(s->db, row.id, slice_from(hash));
	if (e == ERR_OK)
		e = note(s, &row, of_account, "user.password", NULL);
	return tell(db_end(s->db, e), made);
}

static enum err disable(struct ctl_scope *s, const void *opts)
{
	struct user_row row;
	enum err e;

	if ((e = find(s, opts, &row)) != ERR_OK ||
	    (e = db_begin(s->db)) != ERR_OK)
		return e;
	e = db_user_disable(s->db, row.id, s->now_us);
	if (e == ERR_OK)
		e = note(s, &row, of_account, "user.disable", NULL);
	return db_end(s->db, e);
}

static const struct ctl_verb verbs[] = {
	{ "add", "a person who may sign in; prints the password", add },
	{ "role", "gives a role in a company", change_role },
	{ "password", "sets a new password and ends all sign-ins", password },
	{ "disable", "may not sign in any more", disable },
};

int ctl_user(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "user", verbs,
		RT_ARRAY_LEN(verbs), options, RT_ARRAY_LEN(options),
		offsetof(struct opts, conf) };
	struct opts o = { .role = "read-only" };

	return ctl_verb_run(&noun, argc, argv, &o);
}
