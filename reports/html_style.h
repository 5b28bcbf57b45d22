// The style sheet of the HTML report. Not for use outside reports/.
#ifndef REPORTS_HTML_STYLE_H
#define REPORTS_HTML_STYLE_H

extern const char html_style[];

#endif
