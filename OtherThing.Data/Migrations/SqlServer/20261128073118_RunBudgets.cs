using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OtherThing.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class RunBudgets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "Hops",
                table: "Runs",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "RootRunId",
                table: "Runs",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "StepRuns",
                table: "Runs",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateIndex(
                name: "IX_Runs_RootRunId",
                table: "Runs",
                column: "RootRunId",
                filter: "\"RootRunId\" IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Runs_RootRunId",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Hops",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "RootRunId",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "StepRuns",
                table: "Runs");
        }
    }
}
