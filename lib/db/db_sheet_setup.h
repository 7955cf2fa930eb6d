/*
 * db_sheet_setup.h - the sheets of what a company is set up with, and of its
 * people and forms.
 */
#ifndef RT_DB_DB_SHEET_SETUP_H
#define RT_DB_DB_SHEET_SETUP_H

#include "lib/db/db_sheet.h"

/* numbers trackers pools flows companies users tags forms. NULL: no such. */
const struct db_sheet *db_sheet_setup_find(struct slice name);

#endif
