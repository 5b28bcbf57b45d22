// Texts of reports/schema.sql and schema-<version>.sql, embedded by the build.
#ifndef REPORTS_SQLITE_SCHEMA_H
#define REPORTS_SQLITE_SCHEMA_H

extern const char *const sqlite_migrations[]; // [n] takes a database from version n to n + 1
extern const int sqlite_schema_version;

#endif
