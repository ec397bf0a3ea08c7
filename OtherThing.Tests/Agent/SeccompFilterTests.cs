using System.Buffers.Binary;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Tests.Agent;

/// <summary>The filter itself, run as the kernel runs it, for both processors: what it says of a call does not depend on this machine.</summary>
public sealed class SeccompFilterTests
{
    private const uint Allow = 0x7fff0000;
    private const uint Refuse = 0x00050000;

    [Theory]
    [InlineData(false, 447)]
    [InlineData(true, 447)]
    public void N09_Filter_SecretMemory_IsNotThere(bool arm64, uint number) =>
        Assert.Equal(Refuse | 38, Run(arm64, number, 0, 0));

    [Theory]
    [InlineData(false, 319)]
    [InlineData(true, 279)]
    public void N09_Filter_PieceOfMemory_IsOfUsualPagesOnly(bool arm64, uint number)
    {
        Assert.Equal(Allow, Run(arm64, number, 0x1000, 1 | 2));
        Assert.Equal(Refuse | 22, Run(arm64, number, 0x1000, 1 | 4));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 63)]
    public void N09_Filter_Read_IsAllowed(bool arm64, uint number) => Assert.Equal(Allow, Run(arm64, number, 3, 4));

    private static uint Run(bool arm64, uint number, uint argument0, uint argument1)
    {
        var data = new Dictionary<uint, uint> { [0] = number, [4] = arm64 ? 0xC00000B7 : 0xC000003E, [16] = argument0, [24] = argument1 };
        var program = SeccompFilter.Build(arm64);
        var held = 0u;
        for (var at = 0; ; at++)
        {
            var line = program.AsSpan(at * 8, 8);
            var value = BinaryPrimitives.ReadUInt32LittleEndian(line[4..]);
            switch (BinaryPrimitives.ReadUInt16LittleEndian(line))
            {
                case 0x20:
                    held = data[value];
                    break;
                case 0x15:
                    at += held == value ? line[2] : line[3];
                    break;
                case 0x35:
                    at += held >= value ? line[2] : line[3];
                    break;
                case 0x45:
                    at += (held & value) != 0 ? line[2] : line[3];
                    break;
                case 0x06:
                    return value;
                default:
                    throw new InvalidDataException($"Line {at} is no instruction of the filter.");
            }
        }
    }
}
