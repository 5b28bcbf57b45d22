// Names of CWE entries.
#ifndef REPORTS_SARIF_CWE_H
#define REPORTS_SARIF_CWE_H

/// Official name of the entry, or NULL when it is not among those of concurrency.
const char *cwe_name(int number);

#endif
