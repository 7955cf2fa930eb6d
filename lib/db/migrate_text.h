/*
 * migrate_text.h - how a file of sql/ is read: its statements, what each does,
 * and as what it was applied before.
 *
 * DDL commits by itself, so a file that was cut off is run again from its
 * front. MariaDB could be told so in the statement (ADD COLUMN IF NOT EXISTS),
 * MySQL could not: a file says the plain step, and migrate.c asks the database
 * whether it was done. For that one ALTER makes one step, of the kinds below.
 */
#ifndef RT_DB_MIGRATE_TEXT_H
#define RT_DB_MIGRATE_TEXT_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define MIGRATE_SUM_CHARS 64 /* SHA-256 in hexadecimal */

enum migrate_kind {
	MIGRATE_ANY, /* can be run again as it is */
	MIGRATE_ADD, /* fails where the column or key is there */
	MIGRATE_DROP /* fails where it is not */
};

/* table, name: point into the statement; set unless MIGRATE_ANY. */
struct migrate_step {
	enum migrate_kind kind;
	bool is_key; /* rather than a column */
	struct slice table;
	struct slice name;
};

/* Takes the next statement off the front of *text, without its semicolon and
 * the comments before it. False: nothing is left. An open quote or comment
 * gives ERR_SYNTAX in *e. */
bool migrate_text_cut(struct slice *text, struct slice *statement, enum err *e);

/* ERR_SYNTAX: an ALTER TABLE of several steps, of a kind that is not known
 * here (ADD and DROP of COLUMN, KEY, INDEX, and MODIFY are), or with an IF. */
RT_MUST_USE enum err migrate_text_step(struct slice statement,
    struct migrate_step *step);

/* The file says of itself, in a line "-- was CHECKSUM", that the text with that
 * checksum did the same: where it was applied, this one need not be. */
bool migrate_text_was(struct slice text, struct slice sum);

#endif
