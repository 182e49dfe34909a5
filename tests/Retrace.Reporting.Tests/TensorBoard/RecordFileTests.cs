using System.Text;
using Retrace.Reporting.TensorBoard;
using Xunit;

namespace Retrace.Reporting.Tests.TensorBoard;

public sealed class RecordFileTests
{
    [Fact]
    public void The_checksum_is_castagnolis() =>
        // The check value that catalogues of CRCs give for CRC-32C.
        Assert.Equal(0xE3069283u, RecordFile.Checksum("123456789"u8));

    [Fact]
    public void Thirty_two_zeros_have_the_checksum_of_RFC_3720() =>
        Assert.Equal(0x8A9136AAu, RecordFile.Checksum(new byte[32]));

    [Fact]
    public void A_record_is_framed_by_its_length_and_two_checksums()
    {
        byte[] framed = RecordFile.Frame(Encoding.ASCII.GetBytes("123456789"));

        Assert.Equal(8 + 4 + 9 + 4, framed.Length);
        Assert.Equal(9UL, BitConverter.ToUInt64(framed, 0));
        Assert.Equal("123456789", Encoding.ASCII.GetString(framed, 12, 9));
        // ((crc >> 15) | (crc << 17)) + 0xa282ead8, worked out by hand from the check value above.
        uint masked = unchecked(((0xE3069283u >> 15) | (0xE3069283u << 17)) + 0xa282ead8u);
        Assert.Equal(masked, BitConverter.ToUInt32(framed, 21));
    }
}
