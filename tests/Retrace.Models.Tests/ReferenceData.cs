using System.Text.Json;

namespace Retrace.Models.Tests;

/// <summary>Files beside the tests that the scripts of tests/reference wrote.</summary>
internal static class ReferenceData
{
    public static string Text(string name)
    {
        using Stream stream = typeof(ReferenceData).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public static T Read<T>(string name) => JsonSerializer.Deserialize<T>(Text(name), JsonSerializerOptions.Web)!;
}
