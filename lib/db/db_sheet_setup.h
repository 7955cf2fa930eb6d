/*
 * db_sheet_setup.h - the sheets of what a company is set up with, and of its
 * people and forms.
 */
#ifndef RT_DB_DB_SHEET_SETUP_H
#define RT_DB_DB_SHEET_SETUP_H

#include "lib/db/db_sheet.h"

/* numbers trackers pools flows companies users tags forms locations
 * destinations outcomes sites lists webhooks trunks conversions mail_rules
 * prompts, and policy, which is one row by the company's id; pool_sizes are
 * pools with how many numbers they have, not which. NULL: no such.
 * Outcomes and lists are known by a name; their ids are made of it as the forms
 * make them: the first 16 bytes of its SHA-256. A destination's `hours` and
 * `holidays` are both the JSON that is stored; a conversion's addresses are
 * both the secret that they are made of. Trunks are the account's, whatever the
 * company. */
const struct db_sheet *db_sheet_setup_find(struct slice name);

#endif
