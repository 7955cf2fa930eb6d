/*
 * page_site_words.h - what is found of a site's tag and of its pages, in words:
 * the same wherever it is said.
 */
#ifndef RT_CGI_PAGE_PAGE_SITE_WORDS_H
#define RT_CGI_PAGE_PAGE_SITE_WORDS_H

#include "lib/core/sitecheck.h"
#include "lib/core/taghealth.h"

struct page_site_words {
	const char *name;
	const char *means; /* "": the name says it */
	const char *todo;  /* "": what it means says that, too */
};

/* Constants; never NULL. */
const struct page_site_words *page_site_words_tag(enum taghealth_finding f);
const struct page_site_words *page_site_words_page(enum sitecheck_finding f);

#endif
