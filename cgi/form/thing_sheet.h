/*
 * thing_sheet.h - the list of a thing from its sheet (db_sheet.h): a page of
 * those that are in use, by name, searched and cut by the database.
 *
 * For things that a company may have thousands of. Their struct thing says
 * searchable.
 */
#ifndef RT_CGI_FORM_THING_SHEET_H
#define RT_CGI_FORM_THING_SHEET_H

#include "cgi/form/thing.h"
#include "lib/db/db_sheet.h"

/* Fills the cells of a row; the sheet's texts last as long as the request. */
typedef enum err thing_sheet_show(struct thing_list *l,
    const struct db_sheet *sheet, const struct db_sheet_cell *cells,
    struct thing_row *row);

/* sheet: of db_sheet_setup_find(). */
RT_MUST_USE enum err thing_sheet(const struct req *r, const struct thing *t,
    const char *sheet, thing_sheet_show *show, struct thing_list *l);

#endif
