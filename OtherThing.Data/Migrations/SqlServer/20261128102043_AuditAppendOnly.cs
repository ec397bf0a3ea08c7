using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OtherThing.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class AuditAppendOnly : Migration
    {
        // Made after everything that makes the table anew, which would take its triggers away.
        private static readonly (string Trigger, string Act)[] s_triggers = [("AuditLog_NoUpdate", "UPDATE"), ("AuditLog_NoDelete", "DELETE")];

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            foreach (var (trigger, act) in s_triggers)
            {
                migrationBuilder.Sql($"""
                    EXEC(N'CREATE TRIGGER [{trigger}] ON [AuditLog] INSTEAD OF {act} AS
                    BEGIN; THROW 51000, ''The audit log takes new entries only.'', 1; END')
                    """);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            foreach (var (trigger, _) in s_triggers)
            {
                migrationBuilder.Sql($"DROP TRIGGER [{trigger}]");
            }
        }
    }
}
