namespace Retrace;

/// <summary>A table of things that a configuration chooses by name.</summary>
/// <param name="kind">What the things are called in messages.</param>
/// <param name="builtIn">The built-in choices. Their names cannot be replaced.</param>
internal sealed class NamedChoices<T>(string kind, params (string Name, T Choice)[] builtIn)
{
    private readonly Lock _registering = new();
    private readonly string[] _builtIn = Array.ConvertAll(builtIn, choice => choice.Name);
    private volatile (string Name, T Choice)[] _choices = builtIn;

    /// <summary>The names in the table's order, registered ones last.</summary>
    public IReadOnlyList<string> Names => Array.ConvertAll(_choices, choice => choice.Name);

    /// <exception cref="BadInputException">No such name is known; the message lists the known ones.</exception>
    public T this[string name]
    {
        get
        {
            foreach ((string known, T choice) in _choices)
            {
                if (known == name)
                {
                    return choice;
                }
            }
            throw new BadInputException($"There is no {kind} \"{name}\"; known are {string.Join(", ", Names)}.");
        }
    }

    /// <summary>Adds a choice of the user's, which replaces an earlier one of the user's with the same name.</summary>
    /// <exception cref="ArgumentException">
    /// The name belongs to a built-in choice, or is not made of letters, digits, - and _ alone.
    /// </exception>
    public void Register(string name, T choice)
    {
        if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            throw new ArgumentException(
                $"\"{name}\" cannot be the name of this {kind}: a name is made of letters, digits, - and _.", nameof(name));
        }
        if (_builtIn.Contains(name))
        {
            throw new ArgumentException($"The {kind} {name} ships with Retrace; take another name.", nameof(name));
        }
        lock (_registering)
        {
            _choices = [.. _choices.Where(known => known.Name != name), (name, choice)];
        }
    }
}
