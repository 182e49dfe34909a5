using System.Text.Encodings.Web;
using System.Text.Json;
using Retrace.Files;

namespace Retrace.Runs;

/// <summary>Reads and writes the <see cref="RunOrigin"/> in a run's folder.</summary>
public static class RunOriginFile
{
    private const long LargestFile = 16 << 20; // Bytes; a model of a thousand shards has 100 kB.

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    /// <summary>The origin that a folder keeps; null in a run that Retrace 0.2 or an earlier version began.</summary>
    /// <exception cref="BadInputException">The file is damaged.</exception>
    public static RunOrigin? Read(string directory)
    {
        string path = Path.Combine(directory, RunFolder.Origin);
        if (!File.Exists(path))
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize<RunOrigin>(InputFile.ReadAllBytes(path, LargestFile), Json)
                ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            string reason = error.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new BadInputException(
                $"{path} does not say what the run was started with: {reason}; put an intact copy there, or remove "
                + "it to go on without comparing.",
                error);
        }
    }

    /// <summary>Writes the file, atomically.</summary>
    /// <exception cref="BadInputException">It cannot be written.</exception>
    public static void Write(string directory, RunOrigin origin) => AtomicFile.Write(
        Path.Combine(directory, RunFolder.Origin), stream => JsonSerializer.Serialize(stream, origin, Json));
}
