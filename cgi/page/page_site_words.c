#include "cgi/page/page_site_words.h"

#include <assert.h>

static const struct page_site_words of_tag[TAGHEALTH_FINDING_COUNT] = {
	[TAGHEALTH_NEVER_SEEN] = { "The tag has never asked", "",
	    "Paste it into the head of every page; Settings has the line." },
	[TAGHEALTH_SILENT] = { "The tag has been silent for a day",
	    "It was removed, a script blocker of the site’s own stops it, or"
	    " the site has no visitors.",
	    "" },
	[TAGHEALTH_NO_TARGETS] = { "No page has the number to replace",
	    "The number in the site’s settings stands nowhere on its pages:"
	    " compare them.",
	    "" },
	[TAGHEALTH_FEW_TARGETS] = { "Most pages have no number",
	    "Calls from there cannot be credited; a number in the header or"
	    " footer of every page helps.",
	    "" },
	[TAGHEALTH_IS_LATE] = { "The tag starts after three seconds",
	    "On one page in ten or more.",
	    "Move it up in the head, and exclude it from what delays"
	    " scripts." },
	[TAGHEALTH_IS_TWICE] = { "Two copies of the tag on a page",
	    "One in the theme and one in a tag manager, most likely.",
	    "Only the first works; remove the other." },
	[TAGHEALTH_HAS_OTHER_TAG] = { "Another vendor’s tag swaps numbers too",
	    "Calls go to either.",
	    "The two undo each other’s work. Remove one." },
	[TAGHEALTH_CHANGES_URL] = { "The site takes the click id off the"
				    " address",
	    "Before the tag has started. Other tags may credit such visits to"
	    " “direct”.",
	    "It was read from the browser all the same; put the tag before"
	    " what tidies the address, for other tags’ sake." },
	[TAGHEALTH_LOSES_CLICKS] = { "A redirect loses the click id",
	    "Google’s own tag saw a paid click whose id was gone when the page"
	    " came: such visits look direct.",
	    "Let the redirect pass on what stands behind “?”." },
	[TAGHEALTH_FORGETS] = { "Browsers do not keep the visitor",
	    "Each page is a new visitor with a number of its own, and all but"
	    " the first look direct.",
	    "Is the tag on every page, those that ads lead to first? Is its"
	    " data-domain the site’s own, and does nothing delete its cookie?"
	    " Where it is to keep none, this is its price." },
	[TAGHEALTH_REFUSES] = { "Another address asks with this site’s key",
	    "It got nothing.",
	    "If it is yours, add it to the site’s addresses." },
};

/* What a look at a page found. */
static const struct page_site_words of_page[SITECHECK_FINDING_COUNT] = {
	[SITECHECK_NO_ANSWER] = { "No answer",
	    "Visitors may not reach it either.",
	    "Is the address right, and the server up?" },
	[SITECHECK_BAD_STATUS] = { "It answers with an error",
	    "Or it keeps programs out; then open it yourself.", "" },
	[SITECHECK_LOOPS] = { "More than three redirects",
	    "Each one is a chance to lose the visitor, and the click id.", "" },
	[SITECHECK_LEAVES] = { "It leads to an address that is not the site’s",
	    "The tag gives no numbers there.",
	    "Add the address in the site’s settings, or mend the redirect." },
	[SITECHECK_LOSES_CLICK] = { "A redirect drops the click id",
	    "Paid visits look direct.",
	    "Let it pass on what stands behind “?”." },
	[SITECHECK_NO_TAG] = { "The tag is not in the page",
	    "Unless a tag manager adds it, no number is swapped there.",
	    "Put it there: a visit from an ad is seen on its second page at"
	    " best, as direct." },
	[SITECHECK_TWICE] = { "The tag is there more than once", "",
	    "Only the first works; remove the others." },
	[SITECHECK_OTHER_TAG] = { "Another vendor’s tag is there", "",
	    "The two undo each other’s work. Remove one." },
	[SITECHECK_NO_TARGETS] = { "The number to replace is not in the page",
	    "Scripts may draw it later; else compare it with the settings.",
	    "" },
	[SITECHECK_KEPT_SWAPPED] = { "A cache keeps a swapped number",
	    "A tracking number stands in the page itself: all who call it"
	    " count for one visit.",
	    "Exclude the tag from what the cache renders, and empty it." },
	[SITECHECK_ROBOTS] = { "Not looked at: robots.txt keeps us out",
	    "Visitors and the tag are not affected.",
	    "Allow the user agent ringtrace-check there, if you want it"
	    " looked at." },
	[SITECHECK_BY_MANAGER] = { "Loaded by Google Tag Manager",
	    "The tag is not in the page itself, but the manager is, and the"
	    " tag was at work in the last days.",
	    "" },
	[SITECHECK_CUT] = { "Longer than 1 MB: not read to its end",
	    "The tag, or the number to replace, is not in the first megabyte."
	    " The tag belongs near the top; what comes later is not known.",
	    "" },
	[SITECHECK_DRAWN] = { "Drawn by its scripts",
	    "The page as a server sends it has hardly a text, and no number."
	    " What the tag swaps there it says itself, above: it was at work in"
	    " the last days.",
	    "" },
	[SITECHECK_BAD_DOMAIN] = { "The tag’s data-domain is not the page’s",
	    "Browsers refuse its cookie, so each page is a new visitor, and all"
	    " but the first look direct.",
	    "Name the page’s own domain or one above it, or take the attribute"
	    " away." },
};

const struct page_site_words *page_site_words_tag(enum taghealth_finding f)
{
	assert(f < TAGHEALTH_FINDING_COUNT);
	return &of_tag[f];
}

const struct page_site_words *page_site_words_page(enum sitecheck_finding f)
{
	assert(f < SITECHECK_FINDING_COUNT);
	return &of_page[f];
}
