#!/bin/sh
# Every example query of docs/formats.md runs on an empty database of the present schema.
#
#     docs-sql.sh PROJECT-ROOT
set -u

queries=$(sed -n '/^```sql$/,/^```$/{/^```/d;p;}' "$1/docs/formats.md")
[ "$(printf '%s\n' "$queries" | grep -c ';$')" -ge 8 ] || {
    echo "FAIL: docs/formats.md has hardly any SQL: is it still marked as sql?"
    exit 1
}
{
    cat "$1/reports/schema.sql" "$1"/reports/schema-*.sql
    printf '%s\n' "$queries"
} | sqlite3 -bail :memory: || {
    echo "FAIL: an example of docs/formats.md does not run"
    exit 1
}
for table in $(sed -s -n 's/^CREATE \(TABLE\|VIEW\) \([a-z_]*\).*/\2/p' "$1"/reports/schema*.sql); do
    grep -q "^|.*\`$table\`" "$1/docs/formats.md" || {
        echo "FAIL: docs/formats.md does not tell of $table"
        exit 1
    }
done
echo "OK"
