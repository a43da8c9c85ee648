impl lifecycle::Guest for Plugin {
    fn describe() -> String {
        serde_json::json!({
            "name": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "description": env!("CARGO_PKG_DESCRIPTION"),
            "options": options::schema(),
        })
        .to_string()
    }

    fn configure(text: String) -> Result<(), Vec<lifecycle::Mistake>> {
        let options = Options::read(&text).map_err(|(path, message)| vec![lifecycle::Mistake { path, message }])?;
        OPTIONS.set(options);
        Ok(())
    }
}
