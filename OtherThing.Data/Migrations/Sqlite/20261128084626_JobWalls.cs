using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OtherThing.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class JobWalls : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "LeastSandbox",
                table: "Workspaces",
                type: "TEXT",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "LeastSandbox",
                table: "Jobs",
                type: "TEXT",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Network",
                table: "Jobs",
                type: "TEXT",
                maxLength: 10,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "LeastSandbox",
                table: "Workspaces");

            migrationBuilder.DropColumn(
                name: "LeastSandbox",
                table: "Jobs");

            migrationBuilder.DropColumn(
                name: "Network",
                table: "Jobs");
        }
    }
}
