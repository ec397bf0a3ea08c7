using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OtherThing.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class RunsByTriggerAndPerson : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_Runs_StartedBy_WorkspaceId_CreatedAt_Id",
                table: "Runs",
                columns: new[] { "StartedBy", "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_Runs_Trigger_WorkspaceId_CreatedAt_Id",
                table: "Runs",
                columns: new[] { "Trigger", "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, false, true, true });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Runs_StartedBy_WorkspaceId_CreatedAt_Id",
                table: "Runs");

            migrationBuilder.DropIndex(
                name: "IX_Runs_Trigger_WorkspaceId_CreatedAt_Id",
                table: "Runs");
        }
    }
}
