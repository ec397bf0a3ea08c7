using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OtherThing.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ExactAndBounded : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "LastTaskNumber",
                table: "Workspaces",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "RefusedRows",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    At = table.Column<DateTime>(type: "TEXT", nullable: false),
                    WorkspaceId = table.Column<Guid>(type: "TEXT", nullable: true),
                    SubjectId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Table = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    Column = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: false),
                    Content = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RefusedRows", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_RefusedRows_At",
                table: "RefusedRows",
                column: "At");

            migrationBuilder.CreateIndex(
                name: "IX_RefusedRows_SubjectId",
                table: "RefusedRows",
                column: "SubjectId");

            migrationBuilder.Sql(
                "UPDATE \"Workspaces\" SET \"LastTaskNumber\" = COALESCE((SELECT MAX(\"Number\") FROM \"Tasks\" WHERE \"Tasks\".\"WorkspaceId\" = \"Workspaces\".\"Id\"), 0)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RefusedRows");

            migrationBuilder.DropColumn(
                name: "LastTaskNumber",
                table: "Workspaces");
        }
    }
}
