/*
 * page_companies.h - the agency's view: all companies of a person with their
 * figures on one page, to look for, to mark as favourites, to go to.
 */
#ifndef RT_CGI_PAGE_PAGE_COMPANIES_H
#define RT_CGI_PAGE_PAGE_COMPANIES_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /companies: ?name= part of one, page= from 1. */
RT_MUST_USE enum err page_companies(const struct req *r, struct resp *out);
/* GET /companies/names.json: ?name= part of one; the first dozen that fit,
 * favourites first. */
RT_MUST_USE enum err page_companies_names(const struct req *r,
    struct resp *out);
/* GET /companies/{id}/logo: ERR_NOTFOUND also when it is none of the
 * reader's. */
RT_MUST_USE enum err page_companies_logo(const struct req *r, struct resp *out);
/* POST /companies/favourite: company, on ("yes" or "no"). */
RT_MUST_USE enum err page_companies_favourite(const struct req *r,
    struct resp *out);

#endif
