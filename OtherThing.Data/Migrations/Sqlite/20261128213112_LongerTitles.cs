using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OtherThing.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class LongerTitles : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {

        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {

        }
    }
}
