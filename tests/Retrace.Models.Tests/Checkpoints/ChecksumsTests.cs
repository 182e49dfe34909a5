using CsCheck;
using Retrace.Models.Checkpoints;

namespace Retrace.Models.Tests.Checkpoints;

public sealed class ChecksumsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_list_is_what_xxh128sum_prints()
    {
        _folder.Write("empty.txt", "");
        Directory.CreateDirectory(_folder.Combine("trainer"));
        _folder.Write(Path.Combine("trainer", "abc"), "abc");
        Checksums.Write(_folder.Path);
        // As xxh128sum 0.8.1 prints them.
        Assert.Equal(
            "99aa06d3014798d86001c324468d497f  empty.txt\n06b05ab6733a618578af5f94892f3950  trainer/abc\n",
            File.ReadAllText(_folder.Combine(Checksums.FileName)));
        Assert.Null(Checksums.FindDamage(_folder.Path));
    }

    [Fact]
    public void Any_changed_bit_any_lost_byte_and_any_missing_file_is_found()
    {
        string file = _folder.Combine("weights");
        byte[] bytes = new byte[3000];
        new Random(0).NextBytes(bytes);
        File.WriteAllBytes(file, bytes);
        Checksums.Write(_folder.Path);

        Gen.Int[0, (8 * bytes.Length) - 1].Sample(
            bit =>
            {
                byte[] changed = [.. bytes];
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                File.WriteAllBytes(file, changed);
                Assert.Equal($"{file} is not what was written: its checksum differs", Checksums.FindDamage(_folder.Path));
            },
            iter: 200,
            threads: 1);
        Gen.Int[0, bytes.Length - 1].Sample(
            length =>
            {
                File.WriteAllBytes(file, bytes[..length]);
                Assert.NotNull(Checksums.FindDamage(_folder.Path));
            },
            iter: 50,
            threads: 1);
        File.Delete(file);
        Assert.Equal($"{file} is missing", Checksums.FindDamage(_folder.Path));
        File.WriteAllBytes(file, bytes);
        Assert.Null(Checksums.FindDamage(_folder.Path));
    }

    [Fact]
    public void A_folder_without_the_list_is_damaged_as_a_checkpoint_and_loads_as_a_model()
    {
        _folder.Write("config.json", "{}");
        Assert.Equal($"{_folder.Combine(Checksums.FileName)} is missing", Checksums.FindDamage(_folder.Path));
        Checksums.CheckModel(_folder.Path);
    }

    [Fact]
    public void A_model_does_not_need_the_trainers_state()
    {
        _folder.Write("config.json", "{}");
        Directory.CreateDirectory(_folder.Combine("trainer"));
        _folder.Write(Path.Combine("trainer", "state.json"), "{}");
        Checksums.Write(_folder.Path);
        Directory.Delete(_folder.Combine("trainer"), recursive: true);
        Assert.NotNull(Checksums.FindDamage(_folder.Path));
        Checksums.CheckModel(_folder.Path);

        _folder.Write("config.json", "[]");
        Assert.Contains(
            "config.json is not what was written",
            Assert.Throws<BadInputException>(() => Checksums.CheckModel(_folder.Path)).Message);
    }

    [Theory]
    [InlineData("99aa06d3014798d86001c324468d497f  ../outside")]
    [InlineData("99aa06d3014798d86001c324468d497f  /dev/zero")]
    [InlineData("99aa06d3014798d86001c324468d497f")]
    public void A_list_that_leads_out_of_the_folder_is_broken(string line)
    {
        _folder.Write(Checksums.FileName, line + "\n");
        Assert.Equal($"{_folder.Combine(Checksums.FileName)} is broken", Checksums.FindDamage(_folder.Path));
    }
}
