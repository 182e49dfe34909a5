using Retrace.Reporting.TensorBoard;
using Xunit;

namespace Retrace.Reporting.Tests.TensorBoard;

public sealed class TensorBoardWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_comes_after_those_that_are_there_also_when_the_clock_has_been_set_back()
    {
        long later = DateTimeOffset.UtcNow.AddYears(10).ToUnixTimeSeconds();
        File.WriteAllBytes(Path.Combine(_folder, $"events.out.tfevents.{later}.elsewhere"), []);
        TensorBoardWriter.Open(_folder, resumeAfterStep: 3).Dispose();
        TensorBoardWriter.Open(_folder, resumeAfterStep: 4).Dispose();
        Assert.Equal(
            [
                $"events.out.tfevents.{later}.elsewhere",
                $"events.out.tfevents.{later + 1}.{Environment.MachineName}",
                $"events.out.tfevents.{later + 2}.{Environment.MachineName}",
            ],
            Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
