/*
 * thing_company.h - the client businesses of an account, and what the company
 * shown may set about itself.
 */
#ifndef RT_CGI_FORM_THING_COMPANY_H
#define RT_CGI_FORM_THING_COMPANY_H

#include "cgi/form/thing.h"

/* /settings/companies: of the account. */
extern const struct thing thing_company;
/* /settings/company: the one shown. */
extern const struct thing thing_company_own;

#endif
