namespace Retrace.Models.Adapters;

/// <summary>Which model an adapter belongs to.</summary>
public static class AdapterBase
{
    /// <summary>
    /// The folder, or another name, that an adapter's <c>adapter_config.json</c> gives its model; null where the folder
    /// holds no adapter.
    /// </summary>
    /// <exception cref="BadInputException">The adapter's configuration is broken.</exception>
    public static string? Of(string directory) => AdapterFolder.IsAt(directory)
        ? AdapterConfig.Load(Path.Combine(directory, AdapterFolder.ConfigFile)).BaseModel
        : null;
}
